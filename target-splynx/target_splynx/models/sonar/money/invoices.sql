-- resource: invoices
-- natural_key: [number]
-- on_delete: ignore
-- description: Open invoices with number, dates and lines; partly paid ones as one line with the rest. Invoices made since the cut-over in full.
SELECT
    CAST(invoice.id AS VARCHAR) AS source_key,  -- invoices.id
    account.customer_id,  -- invoices.account_id, of child accounts the parent's customer
    'S-' || invoice.id AS number,  -- invoices.id
    invoice.date AS date_created,  -- date
    greatest(invoice.due_date, invoice.date) AS date_till,  -- due_date, not before the date
    'not_paid' AS status,  -- not_paid; the payments that are written afterwards settle it
    'one_time' AS type,  -- one_time, so that old debts block nobody by themselves (blocking preview)
    '1' AS use_transactions,  -- its items are booked
    0 AS payd_from_deposit,  -- not from the balance
    '1' AS is_sent,  -- sent already, by Sonar
    clip('Sonar invoice ' || invoice.id || ', originally ' || amount_text(content.original_cents), 255) AS note,  -- id, sum of its lines
    content.items,  -- debits, net, with tax_transactions as a percentage or as a line of their own
    account.account_key AS _account,
    CASE
        WHEN account.account_id IS NULL
            THEN reject('account_missing', 'The invoice belongs to account ' || invoice.account_id || ', which does not exist.', 'Ask Sonar, or leave it out.')
        WHEN account.problem IS NOT NULL THEN account.problem
        WHEN content.how = 'full' AND written.source_key IS NOT NULL AND (invoice.void OR content.original_cents = 0)
            THEN reject('voided_after_load', 'The invoice was voided or emptied in Sonar after it was written.', 'Delete invoice S-' || invoice.id || ' in Splynx, or write a credit note.')
        WHEN content.cents < 0
            THEN reject('invoice_negative', 'The lines make ' || amount_text(content.cents) || '; Splynx has no invoice below zero.', 'Look at the lines in Sonar.')
    END AS _reject,
    CASE
        WHEN account.skip IS NOT NULL THEN account.skip
        WHEN content.how = 'carried' AND basis.strategy = 'opening_balance' THEN 'part of the opening balance'
        WHEN invoice.void AND written.source_key IS NULL AND (content.how = 'full' OR opening.row_id IS NULL) THEN 'void'
        WHEN content.how = 'carried' AND content.cents = 0 THEN 'paid'
        WHEN content.how = 'full' AND content.original_cents = 0 AND written.source_key IS NULL THEN 'nothing on it'
    END AS _skip,
    coalesce(account.label, 'Account ' || invoice.account_id) || ': invoice ' || invoice.id AS _label
FROM sonar.invoices AS invoice
CROSS JOIN shared.money_basis AS basis
JOIN shared.invoice_items AS content ON content.invoice_id = invoice.id
LEFT JOIN shared.money_accounts AS account ON account.account_id = invoice.account_id
LEFT JOIN shared.money_opening AS opening ON opening.kind = 'invoice' AND opening.row_id = invoice.id
LEFT JOIN engine.written AS written ON written.model = 'money/invoices' AND written.source_key = CAST(invoice.id AS VARCHAR)
ORDER BY invoice.id
