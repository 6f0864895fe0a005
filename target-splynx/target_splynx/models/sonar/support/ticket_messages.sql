-- resource: ticket_messages
-- natural_key: [message, date, time, ticket_id]
-- sequence: ticket_id
-- on_delete: ignore
-- description: The description as first message, then replies and comments by time, with author; hidden while loading, so that nobody is told of them.
SELECT
    said.key AS source_key,  -- ticket:, reply:, comment: and the id
    ticket.id AS ticket_id,  -- tickets.id, ticket_replies.ticket_id, ticket_comments.ticket_id
    CASE WHEN said.incoming AND NOT said.internal THEN owner.customer_id END AS customer_id,  -- the ticket's customer, for ticket_replies.incoming
    CASE
        WHEN said.incoming AND NOT said.internal AND owner.customer_id IS NOT NULL THEN 'customer'
        WHEN said.incoming AND NOT said.internal THEN 'api'
        ELSE 'admin'
    END AS author_type,  -- ticket_replies.incoming customer (api when the ticket is no customer's), else admin
    CASE WHEN said.internal OR NOT said.incoming THEN coalesce(author.administrator_id, technical.id) END AS admin_id,  -- ticket_replies.user_id, ticket_comments.user_id; who is no administrator in Splynx is told in the text, and the technical administrator stands for them
    CAST(left(local_datetime(said.said_at), 10) AS DATE) AS date,  -- created_at, local day
    right(local_datetime(said.said_at), 8) AS time,  -- created_at, local time
    coalesce(
        '<p><i>'
        || CASE
            WHEN said.incoming AND said.sender IS NOT NULL THEN 'From ' || escape_html(said.sender)
            WHEN NOT said.incoming AND author.own IS DISTINCT FROM true AND said.user_id IS NOT NULL
                THEN 'Written by ' || escape_html(coalesce(author.name, 'user ' || said.user_id))
        END
        || '</i></p>',
        ''
    ) || coalesce(as_html(nullif(trim(said.body), '')), '<p>(no text)</p>') AS message,  -- tickets.description, ticket_replies.body, ticket_comments.body; before it who wrote: ticket_replies.author, author_email, ticket_recipients, users who are no administrators
    -- GUESS: hidden messages are notes, which are mailed to nobody; support/ticket_messages_shown shows replies afterwards.
    said.internal OR NOT owner.public OR getvariable('ticket_visibility') <> 'at_once' AS hide_for_customer,  -- descriptions and comments for good, replies while loading (ticket_visibility)
    '' AS mail_to,  -- nobody: everything was said long ago
    coalesce(
        owner.reject,
        CASE
            WHEN owner.ticket_id IS NULL
                THEN reject('ticket_missing', 'It belongs to ticket ' || said.ticket_id || ', which does not exist.', 'Nothing to mend: the ticket was removed in Sonar.')
        END
    ) AS _reject,
    owner.skip AS _skip,
    CAST(owner.account_id AS VARCHAR) AS _account,
    -- First messages of all tickets, then second ones: one ticket's messages never wait for each other for long.
    said.position AS _position,
    'Message ' || said.key || ' of ticket ' || said.ticket_id AS _label
FROM shared.ticket_conversations AS said
LEFT JOIN shared.ticket_owners AS owner ON owner.ticket_id = said.ticket_id
LEFT JOIN splynx.tickets AS ticket ON ticket.source_key = CAST(said.ticket_id AS VARCHAR)
LEFT JOIN shared.authors AS author ON author.user_id = said.user_id
LEFT JOIN shared.technical_administrator AS technical ON true
ORDER BY said.position, said.ticket_id, said.key
