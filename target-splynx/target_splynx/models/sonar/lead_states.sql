-- The state of the sales pipeline that each lead is in: lead_pipeline_map, else the account status by its own name (mapping.md §9).
-- lead_key (source key of the lead), name, comment, source.
SELECT
    CAST(kind.account_id AS VARCHAR) AS lead_key,
    clip(coalesce(getvariable('lead_pipeline_map')[kind.status_name], kind.status_name), 64) AS name,
    CAST(NULL AS VARCHAR) AS comment,
    'Sonar' AS source
FROM shared.account_kinds AS kind
WHERE kind.is_lead AND one_line(kind.status_name) IS NOT NULL
UNION ALL
-- GUESS: "New" is what Splynx calls the state of fresh leads.
SELECT
    'towercoverage:' || request.id,
    clip(coalesce(getvariable('lead_pipeline_map')['towercoverage'], 'New'), 64),
    clip(concat_ws(chr(10), html_to_text(request.message), html_to_text(request.note)), 2000),
    'Towercoverage'
FROM sonar.towercoverage_submissions AS request
WHERE getvariable('lead_accounts') <> 'skip'
