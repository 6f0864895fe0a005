-- resource: ticket_messages
-- mode: patch
-- after: [support/ticket_attachments]
-- on_delete: ignore
-- description: Replies of public tickets are shown to the customer once they are there; a change is mailed to nobody.
SELECT
    message.source_key,  -- reply: and the id
    message.id,  -- the message
    false AS hide_for_customer,  -- replies of tickets that customers may read (ticket_visibility last)
    CAST(owner.account_id AS VARCHAR) AS _account,
    'Reply ' || said.key || ' of ticket ' || said.ticket_id AS _label
FROM shared.ticket_conversations AS said
JOIN shared.ticket_owners AS owner ON owner.ticket_id = said.ticket_id
JOIN splynx.ticket_messages AS message ON message.source_key = said.key
WHERE owner.public AND NOT said.internal AND getvariable('ticket_visibility') = 'last'
ORDER BY said.key
