-- title: File above 20 MB
-- area: files
-- severity: warn
-- action: Not uploaded; the list of rejects names it.
SELECT
    'files' AS stream,
    file.id,
    CASE WHEN file.fileable_type = 'Account' THEN file.fileable_id END AS account_id,
    file.filename || ', ' || file.file_size_in_bytes // 1048576 || ' MB' AS detail
FROM sonar.files AS file
WHERE CAST(file.file_size_in_bytes AS BIGINT) > 20 * 1048576
