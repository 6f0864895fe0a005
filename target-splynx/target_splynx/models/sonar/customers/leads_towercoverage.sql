-- resource: leads
-- natural_key: [name, date_add]
-- description: Coverage requests from the web site become leads, unless the e-mail is known already.
WITH known AS (
    -- Whoever asked and is an account by now.
    SELECT DISTINCT lower(email) AS email
    FROM (SELECT unnest(valid_emails(contact.email_address)) AS email FROM sonar.contacts AS contact WHERE contact.contactable_type = 'Account')
),
asked AS (
    SELECT
        request.id,
        coalesce(one_line(request.full_name), email_or_null(request.email_address), 'Coverage request #' || request.id) AS name,
        email_or_null(request.email_address) AS email,
        phone(request.phone_number, NULL, NULL) AS phone,
        CAST(local_date(coalesce(request.received_at, request.created_at)) AS VARCHAR) AS date_add,
        request.serviceable_address_id
    FROM sonar.towercoverage_submissions AS request
),
numbered AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY lower(email) ORDER BY id) AS use_of_email,
        row_number() OVER (PARTITION BY lower(clip(name, 240)), date_add ORDER BY id) AS use_of_name
    FROM asked
)
SELECT
    'towercoverage:' || lead.id AS source_key,  -- towercoverage_submissions.id
    'new' AS status,  -- new
    CAST(getvariable('default_partner_id') AS BIGINT) AS partner_id,  -- default_partner_id; a request names no company
    CAST(getvariable('default_location_id') AS BIGINT) AS location_id,  -- default_location_id
    clip(lead.name, 220) || CASE WHEN lead.use_of_name > 1 THEN ' (#' || lead.id || ')' ELSE '' END AS name,  -- full_name, else email_address; a second one of the same day gets (#<id>)
    lead.email,  -- email_address, when it is valid
    lead.phone,  -- phone_number
    'person' AS category,  -- person
    nullif(clip(concat_ws(', ', one_line(address.line1), one_line(address.line2)), 255), '') AS street_1,  -- addresses of serviceable_address_id
    clip(one_line(address.zip), 32) AS zip_code,  -- addresses.zip
    clip(one_line(address.city), 32) AS city,  -- addresses.city
    state.id AS subdivision_id,  -- addresses.subdivision
    lead.date_add,  -- received_at, the day in the provider's zone
    CASE
        WHEN getvariable('lead_accounts') = 'skip' THEN 'lead_accounts: skip'
        WHEN known.email IS NOT NULL THEN 'the e-mail belongs to an account'
        WHEN lead.email IS NOT NULL AND lead.use_of_email > 1 THEN 'the e-mail belongs to an earlier request'
    END AS _skip,
    'Coverage request ' || lead.id || ' ' || lead.name AS _label,
    CAST(NULL AS VARCHAR) AS _account
FROM numbered AS lead
LEFT JOIN known ON known.email = lower(lead.email)
LEFT JOIN sonar.addresses AS address ON address.id = lead.serviceable_address_id
LEFT JOIN shared.states AS state ON state.code = lower(state_code(address.subdivision))
ORDER BY lead.id
