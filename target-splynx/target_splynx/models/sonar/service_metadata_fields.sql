-- Internal fields of services, as additional fields of the kind of service that has them (mapping.md §5.5). Same name, same field.
-- service_metadata_id, module, name, title.
SELECT
    metadata.id AS service_metadata_id,
    CASE item.kind WHEN 'internet' THEN 'services_internet' WHEN 'voice' THEN 'services_voice' ELSE 'services_custom' END AS module,
    left('meta_' || splynx_name(metadata.name), 60) AS name,
    one_line(metadata.name) AS title
FROM sonar.service_metadata AS metadata
JOIN shared.catalogue_items AS item ON item.item = 'service:' || metadata.service_id
