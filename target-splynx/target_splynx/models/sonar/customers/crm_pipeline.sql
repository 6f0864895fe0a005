-- resource: crm_pipeline
-- natural_key: [name]
-- on_delete: ignore
-- description: The states that leads are in, by name; those that Splynx has already are adopted.
SELECT
    'pipeline:' || lower(name) AS source_key,  -- the name in lower case
    any_value(name ORDER BY name) AS name,  -- account_statuses.name of leads, by lead_pipeline_map
    'crm_lead_stage_new' AS stage,  -- a new lead
    'default' AS label,  -- default
    'Pipeline state ' || any_value(name ORDER BY name) AS _label
FROM shared.lead_states
GROUP BY lower(name)
ORDER BY 1
