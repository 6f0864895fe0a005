-- resource: transactions
-- on_delete: ignore
-- after: [money/invoices]
-- description: Charges that no invoice holds become future items of the next invoice; a line that was added to an invoice since the cut-over is booked at once.
WITH charges AS (
    SELECT
        charge.*,
        basis.strategy,
        written.source_key IS NOT NULL AS written,
        coalesce(invoice.before, false) AND NOT charge.gone AND NOT charge.before AS added_later,
        charge.invoice_id IS NOT NULL AND invoice.invoice_id IS NULL AS invoice_missing
    FROM shared.money_charges AS charge
    CROSS JOIN shared.money_basis AS basis
    LEFT JOIN shared.money_invoices AS invoice ON invoice.invoice_id = charge.invoice_id
    LEFT JOIN engine.written AS written ON written.model = 'money/charges' AND written.source_key = 'debit:' || charge.debit_id
),
amounts AS (
    SELECT charge.*, 'debit:' || charge.debit_id AS source_key, line.price, line.percent, line.category_id, '' AS suffix
    FROM charges AS charge
    JOIN shared.charge_lines AS line ON line.debit_id = charge.debit_id
    UNION ALL
    SELECT charge.*, 'debit_tax:' || charge.debit_id, money(line.apart_cents), CAST(0 AS DECIMAL(6,4)), line.category_id, ' (taxes from Sonar)'
    FROM charges AS charge
    JOIN shared.charge_lines AS line ON line.debit_id = charge.debit_id
    WHERE line.apart_cents <> 0
)
SELECT
    amount.source_key,  -- debit:<debits.id>; debit_tax:<id> when no percentage makes Sonar's tax
    'debit' AS type,  -- debit
    account.customer_id,  -- debits.account_id, of child accounts the parent's customer
    account.sub_account_id,  -- the child, when its parent pays
    1 AS quantity,  -- 1, the amount holds the quantity already
    amount.price,  -- amount
    amount.percent AS tax_percent,  -- tax_transactions as a percentage when it makes the same cents, else 0
    amount.made_on AS date,  -- created_at
    coalesce(amount.category_id, charge_category.id) AS category,  -- the service's ledger code, else "Sonar charge"
    clip(coalesce(amount.description, 'Charge'), 255 - length(amount.suffix)) || amount.suffix AS description,  -- description, else service_name
    'S-' || amount.debit_id AS comment,  -- id
    NOT amount.added_later AS to_invoice,  -- no invoice yet: the next one takes it up
    account.account_key AS _account,
    CASE
        WHEN account.account_id IS NULL
            THEN reject('account_missing', 'The charge belongs to account ' || amount.account_id || ', which does not exist.', 'Ask Sonar, or leave it out.')
        WHEN account.problem IS NOT NULL THEN account.problem
        WHEN amount.invoice_missing
            THEN reject('invoice_missing', 'The charge is a line of invoice ' || amount.invoice_id || ', which does not exist.', 'Ask Sonar, or leave it out.')
        WHEN amount.gone AND amount.written
            THEN reject('reversed_after_load', 'The charge was taken back in Sonar after it was written.', 'Delete the future item S-' || amount.debit_id || ' in Splynx.')
    END AS _reject,
    CASE
        WHEN account.skip IS NOT NULL THEN account.skip
        WHEN amount.gone AND NOT amount.written THEN 'reversed'
        WHEN amount.strategy = 'opening_balance' AND amount.before THEN 'part of the opening balance'
        WHEN amount.price = 0 THEN 'nothing to charge'
    END AS _skip,
    coalesce(account.label, 'Account ' || amount.account_id) || ': charge ' || amount.debit_id AS _label
FROM amounts AS amount
LEFT JOIN shared.money_accounts AS account ON account.account_id = amount.account_id
LEFT JOIN splynx.transaction_categories AS charge_category ON charge_category.source_key = 'tool:charge'
WHERE amount.invoice_id IS NULL OR amount.added_later OR amount.written OR amount.invoice_missing
ORDER BY amount.debit_id, amount.source_key
