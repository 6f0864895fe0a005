-- resource: customer_payment_accounts
-- mode: patch
-- on_delete: delete
-- description: Tokens of cards and bank accounts, for the payment processors that payment_account_map names; never numbers of cards.
SELECT
    token.source_key,  -- account_id and the payment account; of those left out card:<credit_cards.id> or bank:<bank_accounts.id>
    token.payment_account AS id,  -- provider of the processor by payment_account_map
    customer.id AS customer_id,  -- account_id
    token.fields[1] AS field_1,  -- first name in payment_account_fields, e.g. customer_profile_id
    token.fields[2] AS field_2,  -- the second, e.g. token
    token.fields[3] AS field_3,  -- number 3 of payment_account_fields
    token.fields[4] AS field_4,  -- number 4 of payment_account_fields
    token.fields[5] AS field_5,  -- number 5 of payment_account_fields
    token.fields[6] AS field_6,  -- number 6 of payment_account_fields
    token.fields[7] AS field_7,  -- number 7 of payment_account_fields
    token.fields[8] AS field_8,  -- number 8 of payment_account_fields
    token.fields[9] AS field_9,  -- number 9 of payment_account_fields
    token.fields[10] AS field_10,  -- number 10 of payment_account_fields
    CASE WHEN token.skip IS NULL AND customer.id IS NULL THEN reject('customer_missing', 'Account ' || token.account_id || ' is not in Splynx.', 'See why the account was rejected.') END AS _reject,
    token.skip AS _skip,
    token.label AS _label,
    CAST(token.account_id AS VARCHAR) AS _account
FROM shared.payment_tokens AS token
LEFT JOIN splynx.customers AS customer ON customer.source_key = CAST(token.account_id AS VARCHAR)
ORDER BY token.source_key
