-- Whose each ticket is: a customer, a lead, a network site, nobody; and whether it moves at all. One row per ticket.
-- ticket_id, account_id, customer_id, lead_id, site, recipients (names and addresses), public (came through a mailbox, and its
-- owner may read it), skip, reject, label.
WITH recipients AS (
    SELECT ticket_id, string_agg(concat_ws(' ', one_line(name), '<' || email_address || '>'), ', ' ORDER BY id) AS names
    FROM sonar.ticket_recipients
    GROUP BY ticket_id
)
SELECT
    ticket.id AS ticket_id,
    CASE WHEN ticket.ticketable_type = 'Account' THEN ticket.ticketable_id END AS account_id,
    record.customer_id,
    record.lead_id,
    coalesce(one_line(site.name), CASE WHEN ticket.ticketable_type = 'NetworkSite' THEN 'site ' || ticket.ticketable_id END) AS site,
    recipient.names AS recipients,
    ticket.inbound_mailbox_id IS NOT NULL AND record.customer_id IS NOT NULL AS public,
    CASE WHEN coalesce(ticket.is_spam, false) THEN 'spam' ELSE record.skip END AS skip,
    CASE
        WHEN ticket.ticketable_type = 'Account' AND record.account_id IS NULL
            THEN reject(
                'account_missing',
                'The ticket is of account ' || coalesce(CAST(ticket.ticketable_id AS VARCHAR), 'without a number') || ', which does not exist.',
                'Give it to another account in Sonar.'
            )
        ELSE record.reject
    END AS reject,
    'Ticket ' || ticket.id || coalesce(' ' || clip(one_line(ticket.subject), 60), '') AS label
FROM sonar.tickets AS ticket
LEFT JOIN shared.account_records AS record ON ticket.ticketable_type = 'Account' AND record.account_id = ticket.ticketable_id
LEFT JOIN sonar.network_sites AS site ON ticket.ticketable_type = 'NetworkSite' AND site.id = ticket.ticketable_id
LEFT JOIN recipients AS recipient ON recipient.ticket_id = ticket.id
