-- resource: leads
-- natural_key: [name, date_add]
-- description: Accounts that look for a service and never had one become leads. Leads have no field for a marker; name and day tell them apart.
WITH found AS (
    SELECT
        account.id,
        kind.name,
        kind.reject,
        kind.label,
        coalesce(CAST(local_date(account.created_at) AS VARCHAR), '2000-01-01') AS date_add,
        account.company_id,
        account.account_type_id
    FROM sonar.accounts AS account
    JOIN shared.account_kinds AS kind ON kind.account_id = account.id AND kind.is_lead
)
SELECT
    CAST(lead.id AS VARCHAR) AS source_key,  -- accounts.id with a status like lead_status_pattern, never active
    'new' AS status,  -- new
    partner.partner_id,  -- accounts.company_id
    coalesce(location.id, CAST(getvariable('default_location_id') AS BIGINT)) AS location_id,  -- by location_by; default_location_id
    CASE
        WHEN row_number() OVER (PARTITION BY lower(clip(lead.name, 256)), lead.date_add ORDER BY lead.id) = 1 THEN clip(lead.name, 256)
        ELSE clip(lead.name, 240) || ' (#' || lead.id || ')'
    END AS name,  -- accounts.name, else the main contact's; a second one of the same day gets (#<id>)
    people.email,  -- contacts.email_address of the main contact
    people.billing_email,  -- contacts with a billing role
    people.phone,  -- phone_numbers: mobile before others
    CASE WHEN type.type IN ('COMMERCIAL', 'GOVERNMENT', 'INDUSTRIAL') THEN 'company' ELSE 'person' END AS category,  -- account_types.type
    clip(place.street, 255) AS street_1,  -- addresses.line1, line2; the physical one, else the mailing one
    clip(place.zip, 32) AS zip_code,  -- addresses.zip
    clip(place.city, 32) AS city,  -- addresses.city, at most 32
    state.id AS subdivision_id,  -- addresses.subdivision by states-provinces
    lead.date_add,  -- accounts.created_at, the day in the provider's zone
    lead.reject AS _reject,
    lead.label AS _label,
    CAST(lead.id AS VARCHAR) AS _account
FROM found AS lead
LEFT JOIN sonar.account_types AS type ON type.id = lead.account_type_id
LEFT JOIN shared.company_partners AS partner ON partner.company_id = lead.company_id
LEFT JOIN shared.account_locations AS where_to ON where_to.account_id = lead.id
LEFT JOIN splynx.locations AS location ON location.source_key = where_to.location_key
LEFT JOIN shared.account_contacts AS people ON people.account_id = lead.id
LEFT JOIN shared.account_places AS place ON place.account_id = lead.id
LEFT JOIN shared.states AS state ON state.code = lower(state_code(place.state))
ORDER BY lead.id
