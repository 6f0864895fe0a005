-- Packages: their services are written one by one, with the name of the package; with packages set to bundle they become bundles.
SELECT
    package.id,
    CASE WHEN bundle.package_id IS NOT NULL THEN 'catalogue/tariffs_bundle' END AS model,
    CASE WHEN bundle.package_id IS NOT NULL THEN bundle.source_key END AS source_key,
    'written' AS part,
    CASE
        WHEN getvariable('packages') <> 'bundle' THEN 'packages: separate (told at each service)'
        WHEN bundle.package_id IS NULL THEN 'no account has it as one whole'
    END AS skip
FROM sonar.packages AS package
LEFT JOIN (SELECT package_id, min(bundle_key) AS source_key FROM shared.bundles GROUP BY package_id) AS bundle ON bundle.package_id = package.id
