-- resource: leads_info
-- mode: patch
-- on_delete: ignore
-- description: Where each lead came from and how far the sale is.
SELECT
    lead.source_key,  -- accounts.id, or towercoverage:<id>
    lead.id,  -- the lead
    -- [V] the document shows a name ("Contacted"), a recorded server a number: lead_state_by decides.
    CASE WHEN getvariable('lead_state_by') = 'id' THEN CAST(state.id AS VARCHAR) ELSE state.name END AS crm_status,  -- account_statuses.name by lead_pipeline_map; lead_state_by
    found.source,  -- Sonar or Towercoverage
    nullif(found.comment, '') AS deal_comment,  -- towercoverage_submissions.message and note
    'Lead ' || lead.source_key AS _label,
    CASE WHEN NOT starts_with(lead.source_key, 'towercoverage:') THEN lead.source_key END AS _account
FROM splynx.leads AS lead
JOIN shared.lead_states AS found ON found.lead_key = lead.source_key
LEFT JOIN splynx.crm_pipeline AS state ON state.source_key = 'pipeline:' || lower(found.name)
ORDER BY lead.source_key
