-- resource: transactions
-- on_delete: ignore
-- after: [money/invoices]
-- description: What was taken back since the cut-over. Refunds, reversals and voids of payments, and reversed charges and discounts of before.
WITH movements AS (
    SELECT
        'return:' || back.return_key AS source_key,
        back.account_id,
        'debit' AS type,
        back.cents,
        back.made_on AS date,
        CASE back.kind WHEN 'refund' THEN 'Refund' WHEN 'reversal' THEN 'Reversal' ELSE 'Void' END || ' of payment ' || back.payment_id
            || coalesce(', ' || back.description, '') AS description
    FROM shared.money_returns AS back
    WHERE NOT back.before
    UNION ALL
    SELECT 'charge_undone:' || charge.debit_id, charge.account_id, 'credit', charge.cents, charge.gone_on,
        'Charge ' || charge.debit_id || ' taken back' || coalesce(', ' || charge.description, '')
    FROM shared.money_charges AS charge
    CROSS JOIN shared.money_basis AS basis
    LEFT JOIN shared.money_invoices AS invoice ON invoice.invoice_id = charge.invoice_id
    -- A line of an invoice of before. Of a later one, or of none, it is the line or the future item itself that goes.
    WHERE charge.before AND charge.gone AND NOT charge.gone_before AND (basis.strategy = 'opening_balance' OR invoice.before)
    UNION ALL
    SELECT 'discount_undone:' || receipt.receipt_id, receipt.account_id, 'debit', receipt.cents, receipt.gone_on,
        'Discount ' || receipt.receipt_id || ' taken back'
    FROM shared.money_receipts AS receipt
    WHERE receipt.kind = 'Discount' AND receipt.before AND receipt.gone AND NOT receipt.gone_before
    UNION ALL
    -- Money of one customer on an invoice of another moves both. Between two accounts of one customer nothing moves.
    SELECT
        side.name || ':' || allocation.credit_id,
        CASE side.type WHEN 'credit' THEN allocation.invoice_account_id ELSE allocation.receipt_account_id END,
        side.type,
        allocation.cents,
        allocation.made_on,
        side.text || ' ' || CASE side.type WHEN 'credit' THEN allocation.receipt_account_id ELSE allocation.invoice_account_id END
    FROM shared.money_allocations AS allocation
    JOIN shared.account_payers AS paid ON paid.account_id = allocation.invoice_account_id
    JOIN shared.account_payers AS paying ON paying.account_id = allocation.receipt_account_id
    CROSS JOIN (VALUES ('paid_by_another', 'credit', 'Paid by account'), ('paid_for_another', 'debit', 'Paid for account')) AS side(name, type, text)
    WHERE NOT allocation.gone AND NOT allocation.before AND paid.payer_account_id <> paying.payer_account_id
)
SELECT
    movement.source_key,  -- return:refund|reversal|void:<id>, charge_undone:<debits.id>, discount_undone:<discounts.id>, paid_by_another:<credits.id>
    movement.type,  -- debit, when the account owes more again; else credit
    account.customer_id,  -- account_id, of child accounts the parent's customer
    account.sub_account_id,  -- the child, when its parent pays
    1 AS quantity,  -- 1
    money(movement.cents) AS price,  -- amount (with taxes); returns never more than the payment
    CAST(0 AS DECIMAL(6,4)) AS tax_percent,  -- 0
    movement.date,  -- created_at, reversed_at, voided_at
    category.id AS category,  -- "Refund"
    clip(movement.description, 255) AS description,  -- what was taken back, and Sonar's description
    movement.source_key AS comment,  -- the source key
    false AS to_invoice,  -- at once
    account.account_key AS _account,
    CASE
        WHEN account.account_id IS NULL
            THEN reject('account_missing', 'It belongs to account ' || movement.account_id || ', which does not exist.', 'Ask Sonar, or leave it out.')
        ELSE account.problem
    END AS _reject,
    CASE
        WHEN account.skip IS NOT NULL THEN account.skip
        WHEN movement.cents = 0 THEN 'nothing left to give back'
    END AS _skip,
    coalesce(account.label, 'Account ' || movement.account_id) || ': ' || movement.source_key AS _label
FROM movements AS movement
LEFT JOIN shared.money_accounts AS account ON account.account_id = movement.account_id
LEFT JOIN splynx.transaction_categories AS category ON category.source_key = 'tool:refund'
ORDER BY movement.source_key
