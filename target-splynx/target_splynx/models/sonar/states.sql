-- The states that Splynx knows, by their code in lower case without the country. code, id.
SELECT lower(regexp_replace(CAST(code AS VARCHAR), '^[A-Za-z]{2}[-_]', '')) AS code, min(id) AS id
FROM splynx.states_provinces
GROUP BY 1
