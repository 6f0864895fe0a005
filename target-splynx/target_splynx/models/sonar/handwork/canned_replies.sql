-- title: Canned replies
-- where: Config › Tickets › Canned responses
-- why: They have no API at all. Copy the texts you still use.
SELECT name, details, "exists" FROM shared.ticket_lists_needed WHERE kind = 'canned reply'
