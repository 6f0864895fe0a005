-- Who stands in Splynx for each user of Sonar: an administrator of their own, or the technical one, and their name for the text.
-- user_id, administrator_id, own (whether the administrator is the person), name.
SELECT
    person.id AS user_id,
    coalesce(own.id, technical.id) AS administrator_id,
    own.id IS NOT NULL AS own,
    coalesce(one_line(person.name), one_line(person.public_name), person.username, 'user ' || person.id) AS name
FROM sonar.users AS person
LEFT JOIN splynx.administrators AS own ON own.source_key = CAST(person.id AS VARCHAR)
LEFT JOIN shared.technical_administrator AS technical ON true
