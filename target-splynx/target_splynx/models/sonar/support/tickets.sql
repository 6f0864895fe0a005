-- resource: tickets
-- on_delete: ignore
-- description: Tickets of customers, leads, network sites and strangers; made with their final status, and hidden until all of their messages are there.
WITH categories AS (
    -- The first category that Splynx has as a type gives the type; all others become labels.
    SELECT
        ticket.ticket_id,
        arg_min(place.type_id, ticket.rank) FILTER (WHERE place.type_id IS NOT NULL) AS type_id,
        arg_min(ticket.category_id, ticket.rank) FILTER (WHERE place.type_id IS NOT NULL) AS type_category_id,
        list(ticket.category_id ORDER BY ticket.category_id) AS category_ids
    FROM (
        SELECT id AS ticket_id, unnest(list_sort(ticket_category_ids)) AS category_id, generate_subscripts(list_sort(ticket_category_ids), 1) AS rank
        FROM sonar.tickets
    ) AS ticket
    LEFT JOIN shared.ticket_types_found AS place ON place.ticket_category_id = ticket.category_id
    GROUP BY ticket.ticket_id
),
labels AS (
    SELECT category.ticket_id, list(label.id ORDER BY label.source_key) AS ids
    FROM (SELECT ticket_id, type_category_id, unnest(category_ids) AS category_id FROM categories) AS category
    JOIN splynx.labels AS label ON label.source_key = 'ticket_category:' || category.category_id
    WHERE category.category_id IS DISTINCT FROM category.type_category_id
    GROUP BY category.ticket_id
),
default_type AS (
    SELECT coalesce(
        min(id) FILTER (WHERE CAST(id AS VARCHAR) = getvariable('ticket_type_default') OR lower(one_line(title)) = lower(getvariable('ticket_type_default'))),
        min(id),
        1
    ) AS id
    FROM splynx.tickets_types
),
people AS (
    -- Who works on a ticket: told to Splynx only where ticket_assignees says so, because Splynx mails them.
    SELECT
        ticket.id AS ticket_id,
        getvariable('ticket_assignees') = 'all' OR (getvariable('ticket_assignees') = 'open' AND ticket.status IS DISTINCT FROM 'CLOSED') AS told,
        assignee.id AS administrator_id,
        place.group_id,
        who.name,
        place.name AS group_name
    FROM sonar.tickets AS ticket
    LEFT JOIN shared.ticket_groups_found AS place ON place.ticket_group_id = ticket.ticket_group_id
    LEFT JOIN splynx.administrators AS assignee ON assignee.source_key = CAST(ticket.user_id AS VARCHAR)
    LEFT JOIN shared.authors AS who ON who.user_id = ticket.user_id
),
custom_fields AS (
    SELECT owner_id AS ticket_id, map_from_entries(list({'key': name, 'value': value} ORDER BY name)) AS fields
    FROM shared.custom_values
    WHERE entity_type = 'Ticket' AND module = 'ticket'
    GROUP BY owner_id
)
SELECT
    CAST(ticket.id AS VARCHAR) AS source_key,  -- tickets.id
    owner.customer_id,  -- tickets.ticketable_id, when ticketable_type is Account
    owner.lead_id,  -- tickets.ticketable_id, when the account became a lead
    coalesce(clip(one_line(ticket.subject), 256), 'Ticket #' || ticket.id) AS subject,  -- tickets.subject, at most 256; none "Ticket #<id>"
    coalesce(category.type_id, (SELECT id FROM default_type)) AS type_id,  -- the first of tickets.ticket_category_ids that is a type in Splynx (ticket_type_map, else the same title); ticket_type_default
    CASE ticket.priority WHEN 'LOW' THEN 'low' WHEN 'HIGH' THEN 'high' WHEN 'CRITICAL' THEN 'urgent' ELSE 'medium' END AS priority,  -- tickets.priority, CRITICAL urgent; medium
    -- GUESS: a message does not open a closed ticket again. If it does on your server, closed_tickets: last sets the status at the end.
    CASE
        WHEN status.closed AND getvariable('closed_tickets') = 'last' THEN opened.status_id
        ELSE status.status_id
    END AS status_id,  -- tickets.status by ticket_status_map, else by title and mark of Splynx's statuses
    CASE WHEN status.closed AND getvariable('closed_tickets') = 'last' THEN false ELSE status.closed END AS closed,  -- tickets.status CLOSED; set with the creation, so that nothing is told of the closing
    CASE WHEN person.told THEN person.group_id END AS group_id,  -- tickets.ticket_group_id by ticket_group_map, else the group of the same title (ticket_assignees); the name is in field sonar_group
    CASE WHEN person.told THEN person.administrator_id END AS assign_to,  -- tickets.user_id, when the user is an administrator in Splynx (ticket_assignees); the name is in field sonar_assigned_to
    -- GUESS: a hidden ticket is announced to nobody, whatever notifications are on; support/tickets_shown shows it.
    NOT owner.public OR getvariable('ticket_visibility') <> 'at_once' AS hidden,  -- hidden while loading; for good when the ticket never was public (tickets.inbound_mailbox_id) or belongs to no customer
    'api' AS reporter_type,  -- api
    local_datetime(ticket.created_at) AS created_at,  -- tickets.created_at; kept in field sonar_created_at, too
    -- The change that shows the ticket is the last one, and carries the time then.
    CASE
        WHEN NOT owner.public OR getvariable('ticket_visibility') <> 'last' THEN local_datetime(coalesce(ticket.global_updated_at, ticket.updated_at))
    END AS updated_at,  -- tickets.global_updated_at, else updated_at
    nullif(concat_ws(
        chr(10),
        'Network site: ' || owner.site,
        'Recipients: ' || owner.recipients,
        'Part of ticket: ' || coalesce(one_line(parent.subject) || ' (Sonar ' || parent.id || ')', CAST(ticket.parent_ticket_id AS VARCHAR)),
        'Closed by: ' || closer.name
    ), '') AS note,  -- network_sites.name, ticket_recipients, users who are no administrators, parent_ticket_id, closed_by_user_id; as text
    label.ids AS "moduleLabels",  -- labels of the other tickets.ticket_category_ids
    map_concat(
        MAP {
            'sonar_created_at': local_datetime(ticket.created_at),
            'sonar_closed_at': local_datetime(ticket.closed_at),
            'sonar_due_date': CAST(ticket.due_date AS VARCHAR),
            'sonar_group': person.group_name,
            'sonar_assigned_to': person.name
        },
        fields.fields
    ) AS additional_attributes,  -- custom fields of tickets; sonar_created_at, sonar_closed_at, sonar_due_date, sonar_group, sonar_assigned_to (tickets.user_id by name)
    coalesce(
        owner.reject,
        CASE
            WHEN status.unknown IS NOT NULL
                THEN reject(
                    'ticket_status_unknown',
                    'Splynx has no ticket status ' || status.unknown || ' (ticket_status_map, ' || ticket.status || ').',
                    'Name one that Splynx has, by title or number.'
                )
            WHEN status.status_id IS NULL
                THEN reject(
                    'ticket_status_unknown',
                    'The ticket has the status ' || coalesce(ticket.status, 'none') || ', which is not known.',
                    'Give it another status in Sonar.'
                )
        END
    ) AS _reject,
    owner.skip AS _skip,
    CAST(owner.account_id AS VARCHAR) AS _account,
    owner.label AS _label
FROM sonar.tickets AS ticket
JOIN shared.ticket_owners AS owner ON owner.ticket_id = ticket.id
LEFT JOIN shared.ticket_statuses AS status ON status.status = ticket.status
LEFT JOIN shared.ticket_statuses AS opened ON opened.status = 'OPEN'
LEFT JOIN people AS person ON person.ticket_id = ticket.id
LEFT JOIN shared.authors AS closer ON closer.user_id = ticket.closed_by_user_id
LEFT JOIN sonar.tickets AS parent ON parent.id = ticket.parent_ticket_id
LEFT JOIN categories AS category ON category.ticket_id = ticket.id
LEFT JOIN labels AS label ON label.ticket_id = ticket.id
LEFT JOIN custom_fields AS fields ON fields.ticket_id = ticket.id
ORDER BY ticket.id
