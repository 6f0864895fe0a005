-- Ids of all partners as one list. Order by key, not by id: ids of new partners are provisional in the first plan.
SELECT list(partner.id ORDER BY (partner.id = getvariable('default_partner_id')) DESC, partner.source_key NULLS LAST, partner.id) AS ids
FROM splynx.partners AS partner
