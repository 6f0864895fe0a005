-- resource: customer_documents
-- on_delete: ignore
-- after: [money/payments]
-- description: A statement of each account as it stood in Sonar when its money was carried over, as a web page (setting statements).
WITH entries AS (
    SELECT account_id, made_on AS day, 1 AS rank, debit_id AS row_id, coalesce(description, 'Charge') AS text, cents FROM shared.money_charges WHERE before
    UNION ALL
    SELECT account_id, gone_on, 2, debit_id, 'Taken back: ' || coalesce(description, 'charge'), -cents FROM shared.money_charges WHERE gone_before
    UNION ALL
    SELECT account_id, made_on, 3, receipt_id, kind, -cents FROM shared.money_receipts WHERE before
    UNION ALL
    SELECT account_id, gone_on, 4, receipt_id, 'Taken back: ' || kind, cents FROM shared.money_receipts WHERE gone_before
    UNION ALL
    SELECT account_id, made_on, 5, row_id, 'Payment ' || payment_id || ': ' || kind, cents FROM shared.money_returns WHERE before
),
lines AS (
    SELECT
        *,
        CAST(sum(cents) OVER (PARTITION BY account_id ORDER BY day, rank, row_id ROWS UNBOUNDED PRECEDING) AS BIGINT) AS balance
    FROM entries
),
tables AS (
    SELECT
        account_id,
        string_agg(
            '<tr><td>' || day || '</td><td>' || replace(replace(replace(text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;') || '</td><td>'
                || amount_text(cents) || '</td><td>' || amount_text(balance) || '</td></tr>',
            chr(10) ORDER BY day, rank, row_id
        ) AS rows
    FROM lines
    GROUP BY account_id
)
SELECT
    'statement:' || account.account_id AS source_key,  -- statement:<accounts.id>
    account.customer_id,  -- accounts.id, of child accounts the parent's customer
    'uploaded' AS type,  -- a file
    'Statement from Sonar, account ' || account.account_id AS title,  -- accounts.id
    'As of ' || basis.day || '. Balance carried over: ' || amount_text(account.opening_cents) AS description,  -- day of the cut-over, what is owed
    '0' AS visible_by_customer,  -- for the staff
    base64(encode(
        '<!DOCTYPE html>' || chr(10) || '<html lang="en"><head><meta charset="utf-8"><title>Statement of account ' || account.account_id || '</title>'
        || '<style>body{font-family:sans-serif}td{padding:0 1em;border-bottom:1px solid #ccc}td:nth-child(n+3){text-align:right}</style></head><body>'
        || '<h1>Account ' || account.account_id || '</h1><p>As of ' || basis.day || ' in Sonar. Positive: owed. Balance: ' || amount_text(account.opening_cents) || '</p>'
        || '<table>' || chr(10) || '<tr><td>Date</td><td>What</td><td>Amount</td><td>Balance</td></tr>' || chr(10) || ledger.rows || chr(10) || '</table></body></html>'
    )) AS _file_content_base64,
    'sonar-statement-' || account.account_id || '.html' AS _file_name,
    account.account_key AS _account,
    account.problem AS _reject,
    account.skip AS _skip,
    account.label || ': statement' AS _label
FROM shared.money_accounts AS account
JOIN shared.money_bases AS basis
    ON basis.account_id = account.account_id AND basis.strategy IN ('open_items', 'opening_balance') AND getvariable('statements')
JOIN tables AS ledger ON ledger.account_id = account.account_id
ORDER BY account.account_id
