-- Coverage requests from the web site become leads.
SELECT id, 'customers/leads_towercoverage' AS model, 'towercoverage:' || id AS source_key, 'written' AS part, CAST(NULL AS VARCHAR) AS skip
FROM sonar.towercoverage_submissions
