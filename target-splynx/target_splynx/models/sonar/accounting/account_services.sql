-- Services of accounts become internet, voice or recurring services; credits become the discount of one of these.
SELECT line.id, record.model, record.source_key, record.part, CAST(NULL AS VARCHAR) AS skip
FROM sonar.account_services AS line
LEFT JOIN shared.line_records AS record ON record.line_key = 'service:' || line.id
