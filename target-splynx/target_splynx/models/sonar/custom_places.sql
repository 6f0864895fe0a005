-- Where each value of a custom field belongs. One row per value.
-- id, owner (its entity type), owner_id, account_id (of accounts, contacts, addresses), is_lead, in_note (no field holds it), skip.
WITH found AS (
    SELECT
        data.id,
        data.customfielddataable_type AS owner,
        data.customfielddataable_id AS owner_id,
        data.custom_field_id,
        one_line(data.value) IS NULL AS empty,
        CASE data.customfielddataable_type
            WHEN 'Account' THEN data.customfielddataable_id
            WHEN 'Contact' THEN contact.contactable_id
            WHEN 'Address' THEN address.addressable_id
        END AS account_id,
        contact.contactable_type AS contact_of,
        address.addressable_type AS address_of,
        CASE data.customfielddataable_type
            WHEN 'Account' THEN kind_of_account.account_id
            WHEN 'Contact' THEN contact.id
            WHEN 'Address' THEN address.id
            WHEN 'NetworkSite' THEN site.id
            WHEN 'Service' THEN service.id
            -- Tickets and jobs: their own files tell.
            ELSE data.customfielddataable_id
        END IS NULL AS ownerless,
        field.id IS NULL OR field.entity_type <> data.customfielddataable_type AS fieldless,
        row_number() OVER (
            PARTITION BY data.custom_field_id, data.customfielddataable_type, data.customfielddataable_id, one_line(data.value) IS NULL
            ORDER BY data.id DESC
        ) > 1 AS replaced
    FROM sonar.custom_field_data AS data
    LEFT JOIN sonar.custom_fields AS field ON field.id = data.custom_field_id
    LEFT JOIN sonar.contacts AS contact ON data.customfielddataable_type = 'Contact' AND contact.id = data.customfielddataable_id
    LEFT JOIN sonar.addresses AS address ON data.customfielddataable_type = 'Address' AND address.id = data.customfielddataable_id
    LEFT JOIN shared.account_kinds AS kind_of_account
        ON data.customfielddataable_type = 'Account' AND kind_of_account.account_id = data.customfielddataable_id
    LEFT JOIN sonar.network_sites AS site ON data.customfielddataable_type = 'NetworkSite' AND site.id = data.customfielddataable_id
    LEFT JOIN sonar.services AS service ON data.customfielddataable_type = 'Service' AND service.id = data.customfielddataable_id
)
SELECT
    found.id,
    found.owner,
    found.owner_id,
    found.account_id,
    coalesce(kind.is_lead, false) AS is_lead,
    coalesce(kind.is_lead, false)
        OR (found.owner = 'Contact' AND main.contact_id IS NULL)
        OR (found.owner = 'Address' AND place.address_id IS NULL) AS in_note,
    CASE
        WHEN found.empty THEN 'empty'
        WHEN found.fieldless THEN 'its field does not exist'
        WHEN found.ownerless THEN 'its owner does not exist'
        WHEN found.owner IN ('GenericInventoryAssignee', 'PurchaseOrderItem', 'TestReadOnlyFileModel') THEN 'custom fields of ' || found.owner || ' have no place in Splynx'
        WHEN found.owner = 'Contact' AND found.contact_of <> 'Account' THEN 'custom fields of contacts of sites and vendors have no place in Splynx'
        WHEN found.owner = 'Address' AND found.address_of IS DISTINCT FROM 'Account' THEN 'custom fields of places without an account have no place in Splynx'
        WHEN found.owner IN ('Account', 'Contact', 'Address') AND kind.account_id IS NULL THEN 'its owner does not exist'
        WHEN kind.skip IS NOT NULL AND NOT kind.is_lead THEN 'account: ' || kind.skip
        WHEN found.replaced AND found.owner IN ('Account', 'Contact', 'Address', 'Ticket', 'Job', 'Service') THEN 'a newer value of the same field'
    END AS skip
FROM found
LEFT JOIN shared.account_kinds AS kind ON kind.account_id = found.account_id AND found.owner IN ('Account', 'Contact', 'Address')
LEFT JOIN shared.primary_contacts AS main ON found.owner = 'Contact' AND main.contact_id = found.owner_id
LEFT JOIN shared.account_addresses AS place ON found.owner = 'Address' AND place.address_id = found.owner_id AND place.type = 'PHYSICAL'
