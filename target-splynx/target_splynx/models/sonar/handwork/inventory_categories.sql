-- title: Inventory categories
-- where: Inventory › Products › Categories
-- why: They have no API. Products without one of their own go into the first category.
SELECT name, details, "exists" FROM shared.inventory_lists_needed WHERE kind = 'inventory category'
