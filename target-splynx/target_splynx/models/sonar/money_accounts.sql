-- Who an account's money is written for, and whether it may be. One row per account:
-- account_id, account_key (of the customer), customer_id, sub_account_id (a child whose parent pays), opening_cents, skip, problem, label.
WITH opening AS (
    SELECT account_id, CAST(sum(cents) FILTER (WHERE before) AS BIGINT) AS cents FROM shared.money_entries GROUP BY account_id
),
open_then AS (
    SELECT
        account_id,
        CAST(sum(CASE WHEN kind IN ('invoice', 'charge') THEN cents ELSE -cents END) AS BIGINT) AS cents,
        min(cents) AS least
    FROM shared.money_opening
    GROUP BY account_id
)
SELECT
    account.id AS account_id,
    CAST(payer.payer_account_id AS VARCHAR) AS account_key,
    customer.id AS customer_id,
    CASE WHEN payer.payer_account_id <> account.id THEN own.id END AS sub_account_id,
    coalesce(opening.cents, 0) AS opening_cents,
    coalesce(kind.skip, basis.skip) AS skip,
    coalesce(
        owed.problem,
        pending.problem,
        CASE
            WHEN basis.strategy IN ('open_items', 'history')
                AND (coalesce(open_then.cents, 0) <> coalesce(opening.cents, 0) OR coalesce(open_then.least, 0) < 0)
                THEN reject(
                    'opening_differs',
                    'Open items make ' || amount_text(coalesce(open_then.cents, 0)) || ' on ' || basis.day || ', the ledger makes '
                        || amount_text(coalesce(opening.cents, 0)) || CASE WHEN open_then.least < 0 THEN ', and one of them is below zero.' ELSE '.' END,
                    'Payments were taken off and put on again around that day: look at the account''s credits in Sonar, or use balance_strategy opening_balance.'
                )
        END,
        CASE
            WHEN customer.id IS NULL
                THEN reject('customer_missing', 'Account ' || payer.payer_account_id || ' is not in Splynx.', 'See why the account was rejected.')
        END
    ) AS problem,
    kind.label
FROM sonar.accounts AS account
JOIN shared.money_bases AS basis ON basis.account_id = account.id
JOIN shared.account_kinds AS kind ON kind.account_id = account.id
JOIN shared.account_payers AS payer ON payer.account_id = account.id
JOIN shared.account_owed AS owed ON owed.account_id = account.id
LEFT JOIN shared.pending_payments AS pending ON pending.account_id = account.id
LEFT JOIN opening ON opening.account_id = account.id
LEFT JOIN open_then ON open_then.account_id = account.id
LEFT JOIN splynx.customers AS customer ON customer.source_key = CAST(payer.payer_account_id AS VARCHAR)
LEFT JOIN splynx.customers AS own ON own.source_key = CAST(account.id AS VARCHAR)
