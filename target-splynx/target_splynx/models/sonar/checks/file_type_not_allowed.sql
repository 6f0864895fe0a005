-- title: File of a type that Splynx refuses
-- area: files
-- severity: warn
-- action: Not uploaded; the list of rejects names it. Pack it as zip where it is needed.
SELECT
    'files' AS stream,
    file.id,
    CASE WHEN file.fileable_type = 'Account' THEN file.fileable_id END AS account_id,
    file.filename || ', ' || file.mime_type AS detail
FROM sonar.files AS file
WHERE NOT list_bool_or(list_transform(
    getvariable('file_types'),
    lambda kind: CASE WHEN ends_with(kind, '/') THEN starts_with(lower(coalesce(file.mime_type, '')), kind) ELSE lower(file.mime_type) = kind END
))
