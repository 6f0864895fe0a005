-- How the people of an account can be reached (mapping.md §3.2): e-mails, numbers (mobile first), and who else there is.
-- account_id, email, billing_email, phone, others (JSON of what the customer record cannot hold, NULL when nothing).
WITH people AS (
    SELECT
        contact.contactable_id AS account_id,
        contact.id AS contact_id,
        contact.id = main.contact_id AS is_main,
        valid_emails(contact.email_address) AS emails,
        -- Whoever gets the invoices: by role, or by the e-mail category of invoices.
        regexp_matches(lower(coalesce(contact.role, '')), '\bbill|accounts|accounting|accountant|payable|\bap\b')
            OR EXISTS (
                SELECT 1 FROM sonar.email_categories AS category
                WHERE list_contains(contact.email_category_ids, category.id)
                    AND regexp_matches(lower(category.name), 'invoice|billing')
            ) AS for_billing
    FROM sonar.contacts AS contact
    JOIN shared.primary_contacts AS main ON main.account_id = contact.contactable_id
    WHERE contact.contactable_type = 'Account'
),
numbers AS (
    SELECT
        person.account_id,
        person.contact_id,
        person.is_main,
        number.id,
        phone(number.number, number.country, NULL) AS number,
        regexp_matches(lower(coalesce(type.name, '')), 'mobile|cell') OR coalesce(type.sms_capable, false) AS is_mobile
    FROM sonar.phone_numbers AS number
    JOIN people AS person ON person.contact_id = number.contact_id
    LEFT JOIN sonar.phone_number_types AS type ON type.id = number.phone_number_type_id
),
distinct_numbers AS (
    SELECT * FROM numbers
    WHERE number IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY account_id, number ORDER BY is_main DESC, id) = 1
),
ranked_numbers AS (
    SELECT
        *,
        -- Only as many as fit into 256 characters, whole.
        sum(length(number) + 2) OVER (PARTITION BY account_id ORDER BY is_main DESC, is_mobile DESC, id ROWS UNBOUNDED PRECEDING) AS length_so_far
    FROM distinct_numbers
),
phones AS (
    SELECT account_id, string_agg(number, ', ' ORDER BY is_main DESC, is_mobile DESC, id) AS phone
    FROM ranked_numbers
    WHERE length_so_far <= 258
    GROUP BY account_id
),
addresses AS (
    SELECT account_id, unnest(emails) AS email, is_main, for_billing, contact_id FROM people
),
distinct_addresses AS (
    SELECT account_id, lower(email) AS folded, arg_min(email, contact_id) AS email, bool_or(is_main) AS is_main,
        bool_or(for_billing) AS for_billing, min(contact_id) AS contact_id
    FROM addresses
    GROUP BY account_id, lower(email)
),
ranked_addresses AS (
    SELECT
        *,
        sum(length(email) + 1) FILTER (WHERE is_main OR getvariable('all_emails')) OVER (
            PARTITION BY account_id ORDER BY is_main DESC, contact_id, folded ROWS UNBOUNDED PRECEDING
        ) AS length_so_far,
        sum(length(email) + 1) FILTER (WHERE for_billing) OVER (
            PARTITION BY account_id ORDER BY contact_id, folded ROWS UNBOUNDED PRECEDING
        ) AS billing_length_so_far
    FROM distinct_addresses
),
emails AS (
    SELECT
        account_id,
        string_agg(email, ',' ORDER BY is_main DESC, contact_id, folded)
            FILTER (WHERE (is_main OR getvariable('all_emails')) AND length_so_far <= 257) AS email,
        string_agg(email, ',' ORDER BY contact_id, folded) FILTER (WHERE for_billing AND billing_length_so_far <= 257) AS billing_email
    FROM ranked_addresses
    GROUP BY account_id
),
remarks AS (
    SELECT
        account_id,
        to_json(list({'name': name, 'role': role, 'email': email, 'phone': phone} ORDER BY is_main DESC, contact_id)) AS others
    FROM shared.other_contacts
    GROUP BY account_id
)
SELECT
    main.account_id,
    emails.email,
    emails.billing_email,
    phones.phone,
    clip(CAST(remarks.others AS VARCHAR), 4096) AS others
FROM shared.primary_contacts AS main
LEFT JOIN emails ON emails.account_id = main.account_id
LEFT JOIN phones ON phones.account_id = main.account_id
LEFT JOIN remarks ON remarks.account_id = main.account_id
