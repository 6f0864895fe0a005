-- The invoice that a payment or discount went on whole, at first: what happens to it later does not change what was written.
-- kind, receipt_id, invoice_id (Sonar's), only where both belong to one account.
SELECT first.kind, first.receipt_id, first.invoice_id
FROM (
    SELECT kind, receipt_id, arg_min(invoice_id, credit_id) AS invoice_id, arg_min(cents, credit_id) AS cents
    FROM shared.money_allocations
    WHERE invoice_account_id = receipt_account_id
    GROUP BY kind, receipt_id
) AS first
JOIN shared.money_receipts AS receipt ON receipt.kind = first.kind AND receipt.receipt_id = first.receipt_id AND receipt.cents = first.cents
