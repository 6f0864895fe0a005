-- title: Debit of an account that is gone
-- area: orphans
-- severity: error
-- action: Skipped and counted.
SELECT 'debits' AS stream, debit.id, NULL::BIGINT AS account_id, 'account ' || debit.account_id || ' does not exist' AS detail
FROM sonar.debits AS debit
ANTI JOIN sonar.accounts AS account ON account.id = debit.account_id
