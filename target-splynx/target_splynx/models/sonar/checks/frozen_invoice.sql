-- title: Frozen invoice
-- area: money
-- severity: warn
-- action: Splynx has no such thing and would settle it with the customer's credit.
SELECT 'invoices' AS stream, invoice.id, invoice.account_id, money(invoice.remaining_due) || ' due ' || invoice.due_date AS detail
FROM sonar.invoices AS invoice
WHERE invoice.frozen AND NOT invoice.void AND invoice.remaining_due > 0
