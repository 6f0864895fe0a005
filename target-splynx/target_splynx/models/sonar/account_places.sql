-- Where the people of an account live; without such an address, where the mail goes. Columns of account_addresses, one row per account.
SELECT * FROM shared.account_addresses QUALIFY row_number() OVER (PARTITION BY account_id ORDER BY type = 'MAILING') = 1
