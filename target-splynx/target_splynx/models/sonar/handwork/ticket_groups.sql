-- title: Ticket groups
-- where: Config › Tickets › Groups
-- why: The API only reads them. Tickets find theirs by name, else they have no group.
SELECT name, concat_ws('; ', details, used || ' tickets') AS details, "exists" FROM shared.ticket_lists_needed WHERE kind = 'ticket group'
