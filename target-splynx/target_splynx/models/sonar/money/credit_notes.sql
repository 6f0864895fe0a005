-- resource: credit_notes
-- natural_key: [number]
-- on_delete: ignore
-- description: Discounts as documents of their own, with balance_strategy history.
SELECT
    CAST(discount.id AS VARCHAR) AS source_key,  -- discounts.id
    account.customer_id,  -- discounts.account_id, of child accounts the parent's customer
    'S-' || discount.id AS number,  -- discounts.id
    receipt.made_on AS date_created,  -- created_at
    'not_refunded' AS status,  -- not_refunded: it stays on the account
    '1' AS is_sent,  -- nothing is mailed
    clip('Sonar discount ' || discount.id, 255) AS note,  -- id
    -- GUESS: recorded OPTIONS name this field; it ties the credit note to the invoice that it pays (mapping.md §8).
    invoice.id AS "invoicesId",  -- credits, when the whole discount went on one invoice that is written
    [{
        'description': clip(coalesce(one_line(discount.description), one_line(discount.service_name), 'Discount'), 256), 'quantity': 1, 'unit': 1,
        'price': money(receipt.cents), 'tax': CAST(0 AS DECIMAL(6,4)), 'sub_account_id': account.sub_account_id
    }] AS items,  -- amount and its taxes, one line
    account.account_key AS _account,
    CASE
        WHEN account.account_id IS NULL
            THEN reject('account_missing', 'The discount belongs to account ' || discount.account_id || ', which does not exist.', 'Ask Sonar, or leave it out.')
        WHEN account.problem IS NOT NULL THEN account.problem
        WHEN receipt.gone THEN reject('reversed_after_load', 'The discount was taken back in Sonar after it was written.', 'Delete credit note S-' || discount.id || ' in Splynx.')
    END AS _reject,
    CASE
        WHEN account.skip IS NOT NULL THEN account.skip
        WHEN receipt.gone AND written.source_key IS NULL THEN 'reversed'
        WHEN receipt.cents = 0 THEN 'nothing given'
    END AS _skip,
    coalesce(account.label, 'Account ' || discount.account_id) || ': discount ' || discount.id AS _label
FROM sonar.discounts AS discount
JOIN shared.money_basis AS basis ON basis.strategy = 'history'
JOIN shared.money_receipts AS receipt ON receipt.kind = 'Discount' AND receipt.receipt_id = discount.id AND NOT receipt.before
LEFT JOIN shared.money_accounts AS account ON account.account_id = discount.account_id
LEFT JOIN shared.paid_in_whole AS paid ON paid.kind = 'Discount' AND paid.receipt_id = discount.id
LEFT JOIN splynx.invoices AS invoice ON invoice.source_key = CAST(paid.invoice_id AS VARCHAR)
LEFT JOIN engine.written AS written ON written.model = 'money/credit_notes' AND written.source_key = CAST(discount.id AS VARCHAR)
ORDER BY discount.id
