-- The day on which the data stands still: cut-over, else the newest change that was read. One row: day.
SELECT coalesce(getvariable('cutover_date'), local_date(max(account.updated_at))) AS day
FROM sonar.accounts AS account
