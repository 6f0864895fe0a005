-- resource: network_sites
-- natural_key: [title]
-- on_delete: ignore
-- description: Network sites with address and position; height, contacts and custom fields are told in the description.
WITH addresses AS (
    SELECT
        addressable_id AS site_id,
        concat_ws(', ', one_line(line1), one_line(line2), one_line(city), state_code(subdivision), one_line(zip)) AS address
    FROM sonar.addresses
    WHERE addressable_type = 'NetworkSite'
    QUALIFY row_number() OVER (PARTITION BY addressable_id ORDER BY id DESC) = 1
),
contacts AS (
    SELECT
        contact.contactable_id AS site_id,
        string_agg(
            concat_ws(', ', one_line(contact.name), one_line(contact.role), contact.email_address, number.numbers), '; '
            ORDER BY contact."primary" DESC, contact.id
        ) AS contacts
    FROM sonar.contacts AS contact
    LEFT JOIN (
        SELECT contact_id, string_agg(phone(number, country, extension), ', ' ORDER BY id) AS numbers FROM sonar.phone_numbers GROUP BY contact_id
    ) AS number ON number.contact_id = contact.id
    WHERE contact.contactable_type = 'NetworkSite'
    GROUP BY contact.contactable_id
),
notes AS (
    SELECT noteable_id AS site_id, string_agg(html_to_text(message), chr(10) ORDER BY id) AS notes
    FROM sonar.notes
    WHERE noteable_type = 'NetworkSite'
    GROUP BY noteable_id
)
SELECT
    CAST(site.id AS VARCHAR) AS source_key,  -- network_sites.id
    -- No additional fields here: the title is the natural key, so none twice.
    CASE
        WHEN row_number() OVER (PARTITION BY lower(one_line(site.name)) ORDER BY site.id) = 1 THEN clip(coalesce(one_line(site.name), 'Site #' || site.id), 255)
        ELSE clip(one_line(site.name), 240) || ' (#' || site.id || ')'
    END AS title,  -- network_sites.name
    clip(concat_ws(
        chr(10),
        'Height: ' || site.height_in_meters || ' m',
        'Contacts: ' || contact.contacts,
        field.text,
        note.notes
    ), 4000) AS description,  -- height_in_meters, contacts, custom fields, notes; as plain text
    clip(address.address, 255) AS address,  -- addresses of the site
    CASE WHEN site.geopoint NOT IN ('', '0,0') THEN site.geopoint END AS gps,  -- geopoint; 0,0 is nothing
    coalesce(location.id, CAST(getvariable('default_location_id') AS BIGINT)) AS location_id,  -- the site's own location (location_by network_site), else default_location_id
    CASE WHEN partner.partner_id IS NOT NULL THEN [partner.partner_id] ELSE (SELECT ids FROM shared.all_partners) END AS partners_ids,  -- company_id; none: all
    'Network site ' || site.name AS _label
FROM sonar.network_sites AS site
LEFT JOIN addresses AS address ON address.site_id = site.id
LEFT JOIN contacts AS contact ON contact.site_id = site.id
LEFT JOIN notes AS note ON note.site_id = site.id
LEFT JOIN shared.custom_texts AS field ON field.entity_type = 'NetworkSite' AND field.owner_id = site.id
LEFT JOIN shared.company_partners AS partner ON partner.company_id = site.company_id
LEFT JOIN splynx.locations AS location ON location.source_key = 'site:' || site.id
ORDER BY site.id
