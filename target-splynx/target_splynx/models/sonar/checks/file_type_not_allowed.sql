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
-- GUESS: the list. The document names pictures, texts, office documents, archives, audio and video (mapping.md §4.4).
WHERE NOT regexp_matches(
    lower(coalesce(file.mime_type, '')),
    '^(image|audio|video|text)/|^message/rfc822$|^application/(pdf|json|xml|rtf|zip|gzip|x-(rar-compressed|7z-compressed|tar|zip-compressed)|msword|vnd\.(ms-|openxmlformats|oasis))'
)
