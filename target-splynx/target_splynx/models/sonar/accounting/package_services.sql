-- What a package consists of is told by the services that accounts have; with packages set to bundle it is part of the bundle.
SELECT
    content.id,
    CASE WHEN bundle.package_id IS NOT NULL THEN 'catalogue/tariffs_bundle' END AS model,
    bundle.source_key,
    'merged' AS part,
    CASE
        WHEN getvariable('packages') <> 'bundle' THEN 'packages: separate (told at each service)'
        WHEN bundle.package_id IS NULL THEN 'no account has the package as one whole'
    END AS skip
FROM sonar.package_services AS content
LEFT JOIN (SELECT package_id, min(bundle_key) AS source_key FROM shared.bundles GROUP BY package_id) AS bundle ON bundle.package_id = content.package_id
