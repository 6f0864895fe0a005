-- Whom Splynx would block once billing is on, and when. account, label, owed_cents, day, on_first_morning.
SELECT account_key AS account, label, owed_cents, blocking_day AS day, blocked AS on_first_morning
FROM shared.blocking_preview
WHERE blocking_day IS NOT NULL
ORDER BY blocking_day, account_id
