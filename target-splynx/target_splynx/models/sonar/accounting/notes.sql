-- Notes on accounts, contacts and contracts become notes of the customer or lead; on jobs comments; on sites and items a part of them; others stay in the archive.
SELECT
    note.id,
    CASE
        WHEN remark.key IS NOT NULL THEN CASE WHEN remark.lead_id IS NULL THEN 'documents/customer_notes' ELSE 'documents/lead_notes' END
        WHEN note.noteable_type = 'Job' THEN 'scheduling/comments'
        WHEN site.id IS NOT NULL THEN 'network/network_sites'
        WHEN item.id IS NOT NULL THEN 'inventory/items'
    END AS model,
    CASE
        WHEN remark.key IS NOT NULL OR note.noteable_type = 'Job' THEN 'note:' || note.id
        ELSE CAST(coalesce(site.id, item.id) AS VARCHAR)
    END AS source_key,
    CASE WHEN remark.key IS NOT NULL OR note.noteable_type = 'Job' THEN 'written' ELSE 'merged' END AS part,
    CASE
        WHEN remark.key IS NOT NULL OR note.noteable_type = 'Job' OR site.id IS NOT NULL OR item.id IS NOT NULL THEN NULL
        WHEN note.noteable_type IN ('NetworkSite', 'InventoryItem') THEN 'note on something that does not exist'
        ELSE 'archive (notes on ' || note.noteable_type || ')'
    END AS skip
FROM sonar.notes AS note
LEFT JOIN shared.account_remarks AS remark ON remark.key = 'note:' || note.id
LEFT JOIN sonar.network_sites AS site ON note.noteable_type = 'NetworkSite' AND site.id = note.noteable_id
LEFT JOIN sonar.inventory_items AS item ON note.noteable_type = 'InventoryItem' AND item.id = note.noteable_id
