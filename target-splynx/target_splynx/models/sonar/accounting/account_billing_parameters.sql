-- Billing parameters become part of the customer's billing; the newest of an account counts.
SELECT
    parameter.id,
    'customers/customer_billing' AS model,
    CAST(parameter.account_id AS VARCHAR) AS source_key,
    'merged' AS part,
    CASE
        WHEN kind.account_id IS NULL THEN 'its account does not exist'
        WHEN kind.skip IS NOT NULL THEN 'account: ' || kind.skip
        WHEN parameter.id <> newest.id THEN 'the account has newer ones'
    END AS skip
FROM sonar.account_billing_parameters AS parameter
LEFT JOIN shared.account_kinds AS kind ON kind.account_id = parameter.account_id
LEFT JOIN shared.account_billing AS newest ON newest.account_id = parameter.account_id
