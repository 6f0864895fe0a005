-- resource: transactions
-- on_delete: ignore
-- after: [money/invoices]
-- description: What is left of discounts, and discounts given since the cut-over, raise the balance. With balance_strategy history new ones are credit notes.
SELECT
    'discount:' || discount.id AS source_key,  -- discount:<discounts.id>
    'credit' AS type,  -- credit
    account.customer_id,  -- discounts.account_id, of child accounts the parent's customer
    account.sub_account_id,  -- the child, when its parent pays
    1 AS quantity,  -- 1
    money(CASE WHEN opening.row_id IS NOT NULL THEN opening.cents ELSE receipt.cents END) AS price,  -- amount_remaining on the day of the cut-over; since then amount and its taxes
    CAST(0 AS DECIMAL(6,4)) AS tax_percent,  -- 0, taxes are in the amount
    receipt.made_on AS date,  -- created_at
    category.id AS category,  -- "Sonar discount"
    clip(coalesce(one_line(discount.description), one_line(discount.service_name), 'Discount'), 255) AS description,  -- description, else service_name
    'S-' || discount.id AS comment,  -- id
    false AS to_invoice,  -- at once
    account.account_key AS _account,
    CASE
        WHEN account.account_id IS NULL
            THEN reject('account_missing', 'The discount belongs to account ' || discount.account_id || ', which does not exist.', 'Ask Sonar, or leave it out.')
        WHEN account.problem IS NOT NULL THEN account.problem
        WHEN receipt.gone AND written.source_key IS NOT NULL AND NOT receipt.before
            THEN reject('reversed_after_load', 'The discount was taken back in Sonar after it was written.', 'Delete transaction S-' || discount.id || ' in Splynx.')
    END AS _reject,
    CASE
        WHEN account.skip IS NOT NULL THEN account.skip
        WHEN receipt.before AND basis.strategy = 'opening_balance' THEN 'part of the opening balance'
        WHEN receipt.gone_before THEN 'reversed'
        WHEN receipt.before AND opening.cents = 0 THEN 'used up'
        WHEN receipt.gone AND NOT receipt.before AND written.source_key IS NULL THEN 'reversed'
        WHEN NOT receipt.before AND basis.strategy = 'history' THEN 'a credit note'
        WHEN receipt.cents = 0 THEN 'nothing given'
    END AS _skip,
    coalesce(account.label, 'Account ' || discount.account_id) || ': discount ' || discount.id AS _label
FROM sonar.discounts AS discount
CROSS JOIN shared.money_basis AS basis
JOIN shared.money_receipts AS receipt ON receipt.kind = 'Discount' AND receipt.receipt_id = discount.id
LEFT JOIN shared.money_accounts AS account ON account.account_id = discount.account_id
LEFT JOIN shared.money_opening AS opening ON opening.kind = 'discount' AND opening.row_id = discount.id
LEFT JOIN splynx.transaction_categories AS category ON category.source_key = 'tool:discount'
LEFT JOIN engine.written AS written ON written.model = 'money/discounts' AND written.source_key = 'discount:' || discount.id
ORDER BY discount.id
