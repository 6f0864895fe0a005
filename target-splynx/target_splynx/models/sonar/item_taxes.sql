-- Which percentage taxes each item carries. item, tax_id.
SELECT 'service:' || applied.service_id AS item, applied.tax_id
FROM sonar.service_taxes AS applied
JOIN sonar.taxes AS tax ON tax.id = applied.tax_id AND tax.application = 'PERCENTAGE'
UNION
SELECT 'voice_parameter:' || applied.voice_service_generic_parameter_id, applied.tax_id
FROM sonar.voice_service_generic_parameter_taxes AS applied
JOIN sonar.taxes AS tax ON tax.id = applied.tax_id AND tax.application = 'PERCENTAGE'
