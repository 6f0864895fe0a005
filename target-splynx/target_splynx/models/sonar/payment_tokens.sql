-- Stored cards and bank accounts, and which of them Splynx can hold (mapping.md §8): one per customer and payment account, that which pays by
-- itself first, then the one that is valid longest.
-- token_key (card:<id> or bank:<id>), source_key, account_id, payment_account (id in Splynx), fields (what goes into field_1 to field_10), skip,
-- label.
WITH methods AS (
    SELECT
        'card:' || card.id AS token_key,
        'card' AS kind,
        card.id,
        card.account_id,
        card.auto,
        processor.provider,
        -- Tokens are secrets that the tap leaves out unless they are selected: then the column is not there.
        to_json(card) AS row,
        last_day(make_date(card.expiration_year, card.expiration_month, 1)) AS valid_until,
        MAP {
            'brand': card.credit_card_type,
            'last_digits': right(card.masked_number, 4),
            'expiration_month': lpad(CAST(card.expiration_month AS VARCHAR), 2, '0'),
            'expiration_year': CAST(card.expiration_year AS VARCHAR),
            'expiration': lpad(CAST(card.expiration_month AS VARCHAR), 2, '0') || '/' || card.expiration_year,
            'name': one_line(card.name_on_card)
        } AS told
    FROM sonar.credit_cards AS card
    LEFT JOIN sonar.credit_card_processors AS processor ON processor.id = card.credit_card_processor_id
    UNION ALL
    SELECT
        'bank:' || bank.id,
        'bank',
        bank.id,
        bank.account_id,
        bank.auto,
        processor.provider,
        to_json(bank),
        NULL,
        MAP {
            'brand': bank.bank_account_type,
            'last_digits': right(bank.masked_account_number, 4),
            'expiration_month': NULL,
            'expiration_year': NULL,
            'expiration': NULL,
            'name': one_line(bank.name_on_account)
        }
    FROM sonar.bank_accounts AS bank
    LEFT JOIN sonar.bank_account_processors AS processor ON processor.id = bank.bank_account_processor_id
),
mapped AS (
    SELECT
        method.*,
        TRY_CAST(coalesce(
            getvariable('payment_account_map')[method.kind || ':' || method.provider], getvariable('payment_account_map')[method.provider]
        ) AS BIGINT) AS payment_account,
        string_split(replace(coalesce(
            getvariable('payment_account_fields')[method.kind || ':' || method.provider],
            getvariable('payment_account_fields')[method.provider],
            getvariable('payment_account_fields')['*'],
            'customer_profile_id,token'
        ), ' ', ''), ',') AS field_names
    FROM methods AS method
),
judged AS (
    SELECT
        method.*,
        CASE
            WHEN method.payment_account IS NULL THEN 'no payment account for ' || coalesce(method.provider, 'its processor') || ' (payment_account_map)'
            WHEN kind.account_id IS NULL THEN 'the account does not exist'
            WHEN kind.skip IS NOT NULL THEN 'account: ' || kind.skip
            WHEN method.valid_until < data_day.day THEN 'the card has expired'
            WHEN coalesce(nullif(method.row ->> 'token', ''), nullif(method.row ->> 'token_id', '')) IS NULL THEN 'the token was not read (select it in the tap)'
        END AS unfit,
        kind.label AS account_label
    FROM mapped AS method
    CROSS JOIN shared.data_day AS data_day
    LEFT JOIN shared.account_kinds AS kind ON kind.account_id = method.account_id
),
ranked AS (
    SELECT
        *,
        CASE
            WHEN unfit IS NOT NULL THEN unfit
            WHEN row_number() OVER (
                PARTITION BY account_id, payment_account, unfit IS NULL
                ORDER BY coalesce(auto, false) DESC, valid_until DESC NULLS FIRST, kind, id DESC
            ) > 1
                THEN 'another card or account of the customer is kept'
        END AS skip
    FROM judged
)
SELECT
    token_key,
    -- Another card in the same place is a change of that place, not a new record.
    CASE WHEN skip IS NULL THEN account_id || ':' || payment_account ELSE token_key END AS source_key,
    account_id,
    payment_account,
    list_transform(field_names, lambda name: coalesce(told[name], row ->> name)) AS fields,
    skip,
    coalesce(account_label, 'Account ' || account_id) || ', ' || CASE kind WHEN 'card' THEN 'card ' ELSE 'bank account ' END || id AS label
FROM ranked
