-- resource: payments
-- natural_key: [receipt_number]
-- on_delete: ignore
-- after: [money/invoices, money/opening_balances, money/charges, money/discounts, money/taken_back, money/credit_notes]
-- description: What is left of payments, and payments made since the cut-over in full. Last of all, because Splynx uses them up at once.
WITH methods AS (
    SELECT
        entry.key AS payment_type,
        method.id
    FROM (SELECT unnest(map_entries(getvariable('payment_type_map'))) AS entry)
    JOIN splynx.payment_methods AS method ON lower(one_line(method.name)) = lower(one_line(entry.value))
    QUALIFY row_number() OVER (PARTITION BY entry.key ORDER BY method.source_key NULLS LAST, method.id) = 1
)
SELECT
    CAST(payment.id AS VARCHAR) AS source_key,  -- payments.id
    account.customer_id,  -- payments.account_id, of child accounts the parent's customer
    CASE WHEN NOT receipt.before THEN invoice.id END AS invoice_id,  -- credits, when the whole payment went on one invoice that is written
    method.id AS payment_type,  -- payment_type by payment_type_map
    'S-' || payment.id AS receipt_number,  -- payments.id
    local_date(payment.payment_datetime) AS date,  -- payment_datetime
    money(CASE WHEN opening.row_id IS NOT NULL THEN opening.cents ELSE payment.amount END) AS amount,  -- amount_remaining on the day of the cut-over; since then amount
    clip(concat_ws(', ', CASE WHEN opening.cents <> payment.amount THEN 'unused part of Sonar payment of ' || amount_text(payment.amount) END, one_line(payment.description)), 256)
        AS comment,  -- description
    '1' AS is_sent,  -- no receipt is mailed
    clip(coalesce(one_line(payment.reference), ''), 512) AS field_1,  -- reference
    clip(coalesce(one_line(payment.transaction_id), ''), 512) AS field_2,  -- transaction_id
    CAST(payment.id AS VARCHAR) AS field_3,  -- id
    '' AS field_4,  -- empty, the document wants it
    '' AS field_5,  -- empty, the document wants it
    account.account_key AS _account,
    CASE
        WHEN account.account_id IS NULL
            THEN reject('account_missing', 'The payment belongs to account ' || payment.account_id || ', which does not exist.', 'Ask Sonar, or leave it out.')
        WHEN account.problem IS NOT NULL THEN account.problem
        WHEN method.id IS NULL
            THEN reject('payment_method_missing', 'No payment method for ' || coalesce(payment.payment_type, 'an empty type') || '.', 'Add it to payment_type_map.')
    END AS _reject,
    CASE
        WHEN account.skip IS NOT NULL THEN account.skip
        WHEN receipt.receipt_id IS NULL THEN 'declined'
        WHEN receipt.before AND basis.strategy = 'opening_balance' THEN 'part of the opening balance'
        WHEN opening.cents = 0 THEN 'used up'
        WHEN payment.amount = 0 THEN 'nothing paid'
    END AS _skip,
    coalesce(account.label, 'Account ' || payment.account_id) || ': payment ' || payment.id AS _label
FROM sonar.payments AS payment
CROSS JOIN shared.money_basis AS basis
LEFT JOIN shared.money_receipts AS receipt ON receipt.kind = 'Payment' AND receipt.receipt_id = payment.id
LEFT JOIN shared.money_accounts AS account ON account.account_id = payment.account_id
LEFT JOIN shared.money_opening AS opening ON opening.kind = 'payment' AND opening.row_id = payment.id
LEFT JOIN shared.paid_in_whole AS paid ON paid.kind = 'Payment' AND paid.receipt_id = payment.id
LEFT JOIN splynx.invoices AS invoice ON invoice.source_key = CAST(paid.invoice_id AS VARCHAR)
LEFT JOIN methods AS method ON method.payment_type = payment.payment_type
ORDER BY payment.id
