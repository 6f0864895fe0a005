-- What each account owes, computed two ways and compared with Sonar's running balance (research/money.md §1). Cents; positive: it owes.
-- Child invoices count once, on the child: a parent's child_invoice_remaining_due is only their sum.
-- One row per account: account_id, open_invoice_cents, uninvoiced_cents, unused_payment_cents, unused_discount_cents, open_items_cents,
-- history_cents, running_balance_cents (NULL: not known), agree, problem.
WITH open_invoices AS (
    SELECT account_id, CAST(sum(remaining_due) AS BIGINT) AS cents FROM sonar.invoices WHERE NOT coalesce(void, false) GROUP BY account_id
),
uninvoiced AS (
    SELECT account_id, CAST(sum(cents) AS BIGINT) AS cents FROM shared.money_charges WHERE invoice_id IS NULL AND NOT gone GROUP BY account_id
),
unused AS (
    SELECT
        account_id,
        CAST(sum(left_cents) FILTER (WHERE kind = 'Payment') AS BIGINT) AS payments,
        CAST(sum(left_cents) FILTER (WHERE kind = 'Discount') AS BIGINT) AS discounts
    FROM shared.money_receipts
    GROUP BY account_id
),
history AS (
    SELECT account_id, CAST(sum(cents) AS BIGINT) AS cents FROM shared.money_entries GROUP BY account_id
),
-- The stream transactions is optional: it takes a request per account. It counts only where it is as new as the other rows.
ledger_rows AS (
    SELECT account_id, count(*) AS number
    FROM (
        SELECT account_id FROM sonar.debits
        UNION ALL
        SELECT account_id FROM sonar.discounts
        UNION ALL
        SELECT account_id FROM sonar.payments WHERE successful
    )
    GROUP BY account_id
),
last_moments AS (
    SELECT
        account_id,
        count(*) AS number,
        arg_max(running_balance, struct_pack(datetime := datetime, id := id)) AS last_balance,
        max(datetime) AS last_at
    FROM sonar.transactions
    WHERE successful IS DISTINCT FROM false AND 'transactions' IN (SELECT stream FROM engine.complete_streams)
    GROUP BY account_id
),
running AS (
    SELECT
        last.account_id,
        -- GUESS: rows of one moment are in the order of their ids. Any of them that fits the ledger is taken as the last.
        coalesce(max(entry.running_balance) FILTER (WHERE entry.running_balance = history.cents), any_value(last.last_balance)) AS cents
    FROM last_moments AS last
    JOIN ledger_rows ON ledger_rows.account_id = last.account_id AND ledger_rows.number = last.number
    JOIN sonar.transactions AS entry ON entry.account_id = last.account_id AND entry.datetime = last.last_at
    LEFT JOIN history ON history.account_id = last.account_id
    GROUP BY last.account_id
),
different AS (
    SELECT
        account_id,
        string_agg(
            stream || ' ' || row_id || ' says ' || amount_text(says_cents) || ', its parts make ' || amount_text(makes_cents), '; ' ORDER BY stream, row_id
        ) FILTER (WHERE rank <= 3)
            || CASE WHEN max(rank) > 3 THEN '; and ' || max(rank) - 3 || ' more' ELSE '' END AS rows
    FROM (SELECT *, row_number() OVER (PARTITION BY account_id ORDER BY stream, row_id) AS rank FROM shared.owed_differences)
    GROUP BY account_id
),
figures AS (
    SELECT
        account.id AS account_id,
        coalesce(open_invoices.cents, 0) AS open_invoice_cents,
        coalesce(uninvoiced.cents, 0) AS uninvoiced_cents,
        coalesce(unused.payments, 0) AS unused_payment_cents,
        coalesce(unused.discounts, 0) AS unused_discount_cents,
        coalesce(open_invoices.cents, 0) + coalesce(uninvoiced.cents, 0) - coalesce(unused.payments, 0) - coalesce(unused.discounts, 0) AS open_items_cents,
        coalesce(history.cents, 0) AS history_cents,
        running.cents AS running_balance_cents,
        different.rows AS different_rows
    FROM sonar.accounts AS account
    LEFT JOIN open_invoices ON open_invoices.account_id = account.id
    LEFT JOIN uninvoiced ON uninvoiced.account_id = account.id
    LEFT JOIN unused ON unused.account_id = account.id
    LEFT JOIN history ON history.account_id = account.id
    LEFT JOIN running ON running.account_id = account.id
    LEFT JOIN different ON different.account_id = account.id
),
compared AS (
    SELECT
        *,
        open_items_cents = history_cents AND coalesce(running_balance_cents = history_cents, true) AS agree
    FROM figures
)
SELECT
    compared.* EXCLUDE (different_rows),
    CASE
        WHEN currency.problem IS NOT NULL THEN currency.problem
        WHEN NOT agree
            THEN reject(
                'owed_differs',
                'Owed by open items ' || amount_text(open_items_cents) || ', by the full ledger ' || amount_text(history_cents) || ', running balance '
                    || coalesce(amount_text(running_balance_cents), 'not read') || '.' || coalesce(' ' || different_rows || '.', ''),
                'Find the row in Sonar and correct it; no money of this account is written until the figures agree.'
            )
    END AS problem
FROM compared
CROSS JOIN shared.currency AS currency
