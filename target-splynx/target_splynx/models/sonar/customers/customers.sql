-- resource: customers
-- natural_key: [login]
-- on_delete: end
-- end: {status: disabled}
-- later: [email, billing_email, phone]
-- after: [customers/leads_converted]
-- description: Accounts become customers, active while loading; go_live gives them their final status. E-mail and phone follow at once by a change, so that nobody is welcomed.
WITH labels_of_account AS (
    SELECT account.id AS account_id, list(label.id ORDER BY label.source_key) AS ids
    FROM sonar.accounts AS account
    LEFT JOIN shared.account_billing AS billing ON billing.account_id = account.id
    JOIN splynx.labels AS label
        ON label.source_key = 'type:' || account.account_type_id
        OR label.source_key = 'status:' || account.account_status_id
        OR (starts_with(label.source_key, 'group:') AND list_contains(account.account_group_ids, TRY_CAST(label.source_key[7:] AS BIGINT)))
        OR (label.source_key = 'tool:paper_invoice' AND billing.print_invoice)
        OR (label.source_key = 'tool:lifeline' AND billing.lifeline)
    GROUP BY account.id
),
settings_of_account AS (
    -- What Splynx has no field for (mapping.md §3.4).
    SELECT
        account_id,
        CAST(to_json({
            'bill_mode': bill_mode, 'bill_day_mode': bill_day_mode, 'bill_day': bill_day, 'invoice_day': invoice_day,
            'print_invoice': print_invoice, 'lifeline': lifeline, 'tax_exempt': tax_exempt, 'grace_until': grace_until,
            'auto_pay_days': auto_pay_days, 'service_period_duration': service_period_duration, 'service_period_offset': service_period_offset
        }) AS VARCHAR) AS text
    FROM shared.account_billing
)
SELECT
    CAST(account.id AS VARCHAR) AS source_key,  -- accounts.id
    login.login,  -- contacts.username of the main contact, else login_pattern; a second one of the same name gets -<account id>
    'active' AS status,  -- active while loading, because services can only be added to active customers; see go_live/customers_status
    partner.partner_id,  -- accounts.company_id
    coalesce(location.id, CAST(getvariable('default_location_id') AS BIGINT)) AS location_id,  -- by location_by; default_location_id
    clip(kind.name, 256) AS name,  -- accounts.name, else the main contact's, else "Account #<id>"
    people.email,  -- contacts.email_address of the main contact (all_emails: of all), invalid ones left out
    people.billing_email,  -- contacts with a billing role or the e-mail category of invoices; none: Splynx uses email
    people.phone,  -- phone_numbers: the main contact's first, mobile before others, at most 256
    CASE WHEN type.type IN ('COMMERCIAL', 'GOVERNMENT', 'INDUSTRIAL') THEN 'company' ELSE 'person' END AS category,  -- account_types.type
    clip(place.street, 255) AS street_1,  -- addresses.line1, line2
    clip(place.zip, 32) AS zip_code,  -- addresses.zip
    clip(place.city, 32) AS city,  -- addresses.city, at most 32
    state.id AS subdivision_id,  -- addresses.subdivision by states-provinces; unknown: field sonar_state
    coalesce(place.gps, CASE WHEN account.geopoint NOT IN ('0,0', '') THEN account.geopoint END) AS gps,  -- addresses.latitude, longitude; 0,0 is nothing; else accounts.geopoint
    coalesce(account.activation_date, local_date(account.created_at)) AS date_add,  -- accounts.activation_date, else created_at
    'recurring' AS billing_type,  -- recurring
    label.ids AS customer_labels,  -- labels of account_groups, account type, status; paper invoice, lifeline
    map_concat(
        MAP {
            'sonar_status': clip(kind.status_name, 255),
            'sonar_billing': billing.text,
            'sonar_contacts': people.others,
            'sonar_state': CASE WHEN state.id IS NULL THEN place.state END
        },
        fields.fields
    ) AS additional_attributes,  -- custom fields of account, main contact (contact_) and address (address_); sonar_status, sonar_billing, sonar_contacts, sonar_state
    kind.reject AS _reject,
    kind.skip AS _skip,
    kind.label AS _label,
    CAST(account.id AS VARCHAR) AS _account
FROM sonar.accounts AS account
JOIN shared.account_kinds AS kind ON kind.account_id = account.id
LEFT JOIN sonar.account_types AS type ON type.id = account.account_type_id
LEFT JOIN shared.company_partners AS partner ON partner.company_id = account.company_id
LEFT JOIN shared.account_locations AS where_to ON where_to.account_id = account.id
LEFT JOIN splynx.locations AS location ON location.source_key = where_to.location_key
LEFT JOIN shared.customer_logins AS login ON login.account_id = account.id
LEFT JOIN shared.account_contacts AS people ON people.account_id = account.id
LEFT JOIN shared.account_places AS place ON place.account_id = account.id
LEFT JOIN shared.states AS state ON state.code = lower(state_code(place.state))
LEFT JOIN labels_of_account AS label ON label.account_id = account.id
LEFT JOIN settings_of_account AS billing ON billing.account_id = account.id
LEFT JOIN shared.customer_fields AS fields ON fields.account_id = account.id
ORDER BY account.id
