-- resource: ticket_attachments
-- natural_key: [filename_original, message_id]
-- on_delete: ignore
-- description: Files of tickets, replies and comments become attachments of the message that they came with.
SELECT
    CAST(place.file_id AS VARCHAR) AS source_key,  -- files.id
    message.id AS message_id,  -- files.fileable_type, fileable_id: the message; of a ticket: its first one
    place.name AS _file_name,  -- files.filename
    content.path AS _file_path,  -- files.content_path (tap-sonar files_folder)
    content.content AS _file_content_base64,  -- files.content_base64 (tap-sonar file_contents)
    place.reject AS _reject,
    place.skip AS _skip,
    CAST(place.account_id AS VARCHAR) AS _account,
    place.label AS _label
FROM shared.file_places AS place
LEFT JOIN shared.file_contents AS content ON content.file_id = place.file_id AND place.reject IS NULL
LEFT JOIN splynx.ticket_messages AS message ON message.source_key = place.message_key
WHERE place.place = 'attachment'
ORDER BY place.file_id
