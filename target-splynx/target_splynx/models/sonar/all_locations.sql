-- Ids of all locations as one list, in a stable order.
SELECT list(location.id ORDER BY (location.id = getvariable('default_location_id')) DESC, location.source_key NULLS LAST, location.id) AS ids
FROM splynx.locations AS location
