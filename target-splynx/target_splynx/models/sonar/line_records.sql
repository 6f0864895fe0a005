-- Which record each regular charge becomes, or becomes part of: most credits go into the discount of a service. Voice services have a record per number;
-- the first one stands for the charge. line_key, model, source_key, part.
WITH records AS (
    SELECT
        line.line_key,
        line.kind,
        CASE line.kind WHEN 'internet' THEN 'services/services_internet' WHEN 'voice' THEN 'services/services_voice' ELSE 'services/services_recurring' END AS model,
        CASE line.kind
            WHEN 'internet' THEN CAST(line.account_service_id AS VARCHAR)
            WHEN 'voice' THEN line.account_service_id || coalesce(':did:' || number.did_assignment_id, '')
            ELSE line.line_key
        END AS source_key
    FROM shared.service_lines AS line
    LEFT JOIN shared.voice_numbers AS number ON number.line_key = line.line_key AND number.position = 1
)
SELECT
    own.line_key,
    CASE WHEN credit.becomes = 'percent' THEN 'services/additional_discounts' ELSE coalesce(target.model, own.model) END AS model,
    coalesce(target.source_key, own.source_key) AS source_key,
    CASE WHEN target.model IS NULL THEN 'written' ELSE 'merged' END AS part
FROM records AS own
LEFT JOIN shared.service_credits AS credit
    ON credit.line_key = own.line_key AND credit.skip IS NULL AND credit.problem IS NULL
LEFT JOIN records AS target ON credit.becomes = 'discount' AND target.line_key = credit.target_line_key
