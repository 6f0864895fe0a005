-- title: Ticket types
-- where: Config › Tickets › Types
-- why: The API only reads them. Tickets find theirs by name, else they get the default type.
SELECT name, concat_ws('; ', details, used || ' tickets') AS details, "exists" FROM shared.ticket_lists_needed WHERE kind = 'ticket type'
