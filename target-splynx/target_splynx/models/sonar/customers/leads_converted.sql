-- resource: leads_convert
-- mode: patch
-- becomes: customers
-- on_delete: ignore
-- description: Leads of earlier runs that signed on in Sonar are converted; everything else of the customer follows as for any other.
SELECT
    lead.source_key,  -- accounts.id, of an account that was written as a lead and is none any more
    lead.id,  -- the lead
    'active' AS status,  -- active while loading
    CASE WHEN type.type IN ('COMMERCIAL', 'GOVERNMENT', 'INDUSTRIAL') THEN 'company' ELSE 'person' END AS category,  -- account_types.type
    kind.label AS _label,
    lead.source_key AS _account
FROM engine.convertible AS lead
JOIN shared.account_kinds AS kind ON CAST(kind.account_id AS VARCHAR) = lead.source_key
JOIN sonar.accounts AS account ON account.id = kind.account_id
LEFT JOIN sonar.account_types AS type ON type.id = account.account_type_id
WHERE lead.resource = 'leads' AND NOT kind.is_lead AND kind.skip IS NULL AND kind.reject IS NULL AND getvariable('lead_conversion') = 'convert'
ORDER BY kind.account_id
