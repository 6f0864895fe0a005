-- The administrator who stands for authors that Splynx does not know. One row: id (NULL before there is one).
SELECT min(id) AS id FROM splynx.administrators WHERE source_key = 'technical'
