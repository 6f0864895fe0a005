-- The discount of a service: all credits that go into it. line_key (of the service), value, start_date, end_date, text.
SELECT
    credit.target_line_key AS line_key,
    sum(credit.monthly) AS value,
    min(credit.start_date) AS start_date,
    max(credit.end_date) AS end_date,
    clip(string_agg(credit.description, ' + ' ORDER BY credit.line_key), 512) AS text
FROM shared.service_credits AS credit
WHERE credit.skip IS NULL AND credit.problem IS NULL AND credit.becomes = 'discount'
GROUP BY credit.target_line_key
