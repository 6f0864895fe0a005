-- The items of each invoice that is written, and what they add up to.
-- invoice_id, how (carried: it lies before shared.money_bases; full: made since), cents, original_cents, as_lines, items.
WITH invoices AS (
    SELECT
        invoice.id,
        invoice.account_id,
        invoice.date,
        invoice.end_date,
        CASE WHEN side.before THEN 'carried' ELSE 'full' END AS how,
        opening.cents AS left_cents,
        opening.whole,
        basis.strategy
    FROM sonar.invoices AS invoice
    JOIN shared.money_invoices AS side ON side.invoice_id = invoice.id
    CROSS JOIN shared.money_basis AS basis
    LEFT JOIN shared.money_opening AS opening ON opening.kind = 'invoice' AND opening.row_id = invoice.id
),
lines AS (
    SELECT
        invoice.id AS invoice_id,
        charge.debit_id,
        charge.cents,
        line.apart_cents,
        CASE
            WHEN charge.net_cents <> 0
                THEN {
                    'description': clip(coalesce(charge.description, 'Charge'), 256), 'quantity': 1, 'unit': 1,
                    'price': line.price, 'tax': line.percent,
                    'period_from': CASE WHEN invoice.date <= invoice.end_date THEN coalesce(charge.prorated_from, invoice.date) END,
                    'period_to': CASE WHEN invoice.date <= invoice.end_date THEN coalesce(charge.prorated_to, invoice.end_date) END,
                    'categoryIdForTransaction': line.category_id, 'sub_account_id': account.sub_account_id
                }
        END AS item
    FROM invoices AS invoice
    JOIN shared.money_charges AS charge ON charge.invoice_id = invoice.id
    JOIN shared.charge_lines AS line ON line.debit_id = charge.debit_id
    LEFT JOIN shared.money_accounts AS account ON account.account_id = invoice.account_id
    WHERE CASE invoice.how
        WHEN 'carried' THEN charge.before AND NOT charge.gone_before
        ELSE NOT charge.gone
            -- What the opening balance holds, or a future item that was written before the invoice was made, is charged already.
            AND NOT (invoice.strategy = 'opening_balance' AND charge.before)
            AND NOT EXISTS (
                SELECT 1 FROM engine.written AS written
                WHERE written.model = 'money/charges' AND written.source_key = 'debit:' || charge.debit_id
            )
    END
),
summed AS (
    SELECT
        invoice_id,
        CAST(sum(cents) AS BIGINT) AS cents,
        CAST(sum(apart_cents) AS BIGINT) AS apart_cents,
        list(item ORDER BY debit_id) FILTER (WHERE item IS NOT NULL) AS items
    FROM lines
    GROUP BY invoice_id
),
chosen AS (
    SELECT
        invoice.*,
        CASE invoice.how WHEN 'carried' THEN coalesce(invoice.left_cents, 0) ELSE coalesce(summed.cents, 0) END AS cents,
        coalesce(summed.cents, 0) AS original_cents,
        invoice.how = 'full' OR (invoice.whole AND invoice.left_cents = summed.cents) AS as_lines,
        summed.items,
        summed.apart_cents,
        account.sub_account_id
    FROM invoices AS invoice
    LEFT JOIN summed ON summed.invoice_id = invoice.id
    LEFT JOIN shared.money_accounts AS account ON account.account_id = invoice.account_id
)
SELECT
    id AS invoice_id,
    how,
    cents,
    original_cents,
    as_lines,
    CASE
        -- Partly paid: one line with what is left. Its taxes stand in Sonar's books already (research/money.md §2, B 2).
        WHEN NOT as_lines
            THEN [{
                'description': 'Balance of Sonar invoice ' || id || ' (originally ' || amount_text(original_cents) || ')', 'quantity': 1, 'unit': 1,
                'price': money(cents), 'tax': CAST(0 AS DECIMAL(6,4)),
                'period_from': CAST(NULL AS DATE), 'period_to': CAST(NULL AS DATE),
                'categoryIdForTransaction': CAST(NULL AS BIGINT), 'sub_account_id': sub_account_id
            }]
        WHEN apart_cents <> 0
            THEN list_concat(coalesce(items, []), [{
                'description': 'Taxes from Sonar', 'quantity': 1, 'unit': 1,
                'price': money(apart_cents), 'tax': CAST(0 AS DECIMAL(6,4)),
                'period_from': CAST(NULL AS DATE), 'period_to': CAST(NULL AS DATE),
                'categoryIdForTransaction': CAST(NULL AS BIGINT), 'sub_account_id': sub_account_id
            }])
        ELSE items
    END AS items
FROM chosen
