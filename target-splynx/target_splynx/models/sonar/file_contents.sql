-- Where the bytes of each file are: in a file of files_folder, else in the record. NULL in both: the tap brought none.
-- file_id, path, content (base64).
SELECT id AS file_id, content_path AS path, CASE WHEN content_path IS NULL THEN content_base64 END AS content
FROM (
    -- The tap adds these columns only when it is asked for contents.
    SELECT NULL::BIGINT AS id, NULL::VARCHAR AS content_path, NULL::VARCHAR AS content_base64 WHERE false
    UNION ALL BY NAME
    SELECT * FROM sonar.files
)
