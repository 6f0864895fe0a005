-- Rates of tax zones are part of the percentages of the tariffs; with location_by geo_tax_zone each set of zones is a location, too.
SELECT
    id,
    CAST(NULL AS VARCHAR) AS model,
    CAST(NULL AS VARCHAR) AS source_key,
    'merged' AS part,
    'read as a value: the rate of its tax for the accounts of the zone' AS skip
FROM sonar.geo_tax_zones
