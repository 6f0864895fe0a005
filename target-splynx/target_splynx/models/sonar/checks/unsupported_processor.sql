-- title: Card token that only its processor understands
-- area: wallets
-- severity: warn
-- action: For the list of customers who must enter a card again, unless the processor exports its tokens.
SELECT 'credit_cards' AS stream, card.id, card.account_id, coalesce(processor.provider, 'processor ' || card.credit_card_processor_id) AS detail
FROM sonar.credit_cards AS card
LEFT JOIN sonar.credit_card_processors AS processor ON processor.id = card.credit_card_processor_id
-- Those that Splynx's own team moves (mapping.md §8).
WHERE processor.provider IS NULL OR processor.provider NOT IN ('AUTHORIZE', 'IPPAY', 'SONARPAY')
