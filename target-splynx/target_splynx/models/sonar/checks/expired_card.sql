-- title: Expired card
-- area: wallets
-- severity: warn
-- action: For the list of customers who must enter a card again.
WITH data_day AS (
    SELECT coalesce(getvariable('cutover_date'), local_date(max(updated_at))) AS day FROM sonar.accounts
)
SELECT 'credit_cards' AS stream, card.id, card.account_id, card.expiration_month || '/' || card.expiration_year AS detail
FROM sonar.credit_cards AS card
CROSS JOIN data_day
WHERE card.expiration_year * 12 + card.expiration_month < year(data_day.day) * 12 + month(data_day.day)
