-- The full ledger: one signed row for each change of what an account owes (research/money.md §1, identity B). Their sum is what it owes.
-- account_id, kind, row_id, cents (positive: owes more), before (on the older side of shared.money_bases).
SELECT account_id, 'charge' AS kind, debit_id AS row_id, cents, before FROM shared.money_charges
UNION ALL
SELECT account_id, 'charge undone', debit_id, -cents, gone_before FROM shared.money_charges WHERE gone
UNION ALL
SELECT account_id, lower(kind), receipt_id, -cents, before FROM shared.money_receipts
UNION ALL
SELECT account_id, lower(kind) || ' undone', receipt_id, cents, gone_before FROM shared.money_receipts WHERE gone
UNION ALL
SELECT account_id, kind, row_id, cents, before FROM shared.money_returns
UNION ALL
-- Money of one account on an invoice of another (a parent that pays for a child) changes what both owe.
SELECT receipt_account_id, 'paid for another', credit_id, cents, before FROM shared.money_allocations
WHERE receipt_account_id <> invoice_account_id AND NOT gone
UNION ALL
SELECT invoice_account_id, 'paid by another', credit_id, -cents, before FROM shared.money_allocations
WHERE receipt_account_id <> invoice_account_id AND NOT gone
