-- resource: additional_fields
-- natural_key: [module, name]
-- on_delete: ignore
-- description: The fields that the migration itself needs, and Sonar's custom fields; the marker sonar_id is the engine's own.
WITH own_fields (module, name, title, type) AS (
    VALUES
        ('customers', 'sonar_status', 'Sonar status', 'string'),
        ('customers', 'sonar_billing', 'Sonar billing', 'string'),
        ('customers', 'sonar_contacts', 'Contacts from Sonar', 'string'),
        ('customers', 'sonar_state', 'State (Sonar)', 'string'),
        ('tariffs_internet', 'sonar_usage_policy', 'Usage policy (Sonar)', 'string'),
        ('tariffs_voice', 'sonar_voice_terms', 'Voice terms (Sonar)', 'string'),
        ('services_internet', 'sonar_account_service_id', 'Sonar account service', 'string'),
        ('services_internet', 'sonar_start_date', 'Begin in Sonar', 'date'),
        ('services_internet', 'sonar_price_reason', 'Reason of the price', 'string'),
        ('services_internet', 'sonar_package', 'Package in Sonar', 'string'),
        ('services_voice', 'sonar_account_service_id', 'Sonar account service', 'string'),
        ('services_voice', 'sonar_start_date', 'Begin in Sonar', 'date'),
        ('services_voice', 'sonar_price_reason', 'Reason of the price', 'string'),
        ('services_voice', 'sonar_package', 'Package in Sonar', 'string'),
        ('services_custom', 'sonar_account_service_id', 'Sonar account service', 'string'),
        ('services_custom', 'sonar_start_date', 'Begin in Sonar', 'date'),
        ('services_custom', 'sonar_price_reason', 'Reason of the price', 'string'),
        ('services_custom', 'sonar_package', 'Package in Sonar', 'string'),
        ('ticket', 'sonar_created_at', 'Created in Sonar', 'datetime'),
        ('ticket', 'sonar_closed_at', 'Closed in Sonar', 'datetime'),
        ('ticket', 'sonar_due_date', 'Due in Sonar', 'date'),
        ('ticket', 'sonar_group', 'Group in Sonar', 'string'),
        ('ticket', 'sonar_assigned_to', 'Assigned to in Sonar', 'string'),
        ('customer_documents', 'sonar_created_at', 'Created in Sonar', 'datetime')
),
fields AS (
    SELECT
        module, name, title, type,
        NULL AS select_values,
        CASE WHEN name IN ('sonar_contacts', 'sonar_billing', 'sonar_voice_terms') THEN '4096' END AS max_length,
        NULL AS skip
    FROM own_fields
    UNION ALL
    SELECT module, name, title, type, select_values, CASE WHEN long_values THEN '4096' END, NULL
    FROM shared.custom_field_names
    UNION ALL
    SELECT DISTINCT ON (module, name) module, name, title, 'string', NULL, NULL, NULL
    FROM shared.service_metadata_fields
    UNION ALL
    SELECT
        lower(field.entity_type), 'custom_field_' || field.id, one_line(field.name), 'string', NULL, NULL,
        CASE field.entity_type
            WHEN 'NetworkSite' THEN 'told in the description of the network site'
            ELSE 'custom fields of ' || field.entity_type || ' have no place in Splynx'
        END
    FROM sonar.custom_fields AS field
    WHERE field.entity_type NOT IN (SELECT entity_type FROM shared.custom_field_names)
)
SELECT
    module || '--' || name AS source_key,  -- module and name together; Splynx answers with the name, not with a number
    module,  -- customers, tariffs_*, services_*, ticket, scheduling_task
    name,  -- custom_fields.name, sanitised; contact_ and address_ before fields of contacts and addresses
    coalesce(clip(title, 128), name) AS title,  -- custom_fields.name
    type,  -- custom_fields.type: TEXT string, BOOLEAN boolean, DATE date, with enum_options select; string when a value does not fit
    max_length,  -- only where values are longer than 255
    select_values,  -- custom_fields.enum_options, joined by commas; a comma within an option becomes a semicolon
    0 AS is_required,  -- never while loading: rows without a value would be refused
    0 AS is_unique,  -- never while loading: rows that are right would be refused
    0 AS is_add,  -- not asked for when staff adds a record
    0 AS show_in_list,  -- not a column of the lists
    0 AS searchable,  -- not searched
    0 AS readonly,  -- the API must be able to write it
    0 AS disabled,  -- in use
    0 AS hidden,  -- shown on the record
    skip AS _skip,
    'Field ' || name || ' of ' || module AS _label
FROM fields
