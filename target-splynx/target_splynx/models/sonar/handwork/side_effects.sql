-- title: Switches that must be off before the first write
-- where: Config
-- why: Splynx greets, reminds and pushes by itself, and most of these switches have no API.
SELECT name, details, NULL AS "exists"
FROM (
    VALUES
        ('Welcome message', 'Config › Main › Customers, for each status: each migrated customer would get one'),
        ('Automatic issuing', 'Config › Finance › Automation, with the processing of billing due and deactivation: old debts could block customers the next night'),
        ('Finance notifications and reminders', 'Config › Finance › Notifications, Reminders: the migration sets both off per customer, too'),
        ('Ticket notifications', 'Config › Tickets: replies would be mailed again'),
        ('Task notifications', 'Config › Scheduling: employees would be told of every old job'),
        ('Hooks and accounting add-ons', 'Config › Integrations: every record would be pushed on'),
        ('Pushes to routers', 'Config › Networking: until RADIUS points to Splynx')
) AS switches (name, details)
