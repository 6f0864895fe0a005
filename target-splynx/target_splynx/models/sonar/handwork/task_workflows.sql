-- title: Workflows of tasks
-- where: Config › Scheduling › Workflows
-- why: The stages of a workflow have no API. Tasks need one with stages that mean new, in progress and done.
SELECT name, details, "exists" FROM shared.inventory_lists_needed WHERE kind = 'task workflow'
