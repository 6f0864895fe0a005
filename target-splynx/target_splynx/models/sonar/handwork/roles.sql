-- title: Roles of administrators
-- where: Administration › Roles
-- why: They have no API. An administrator whose role does not exist cannot be made.
WITH built_in (name) AS (
    VALUES
        ('administrator'), ('customer-creator'), ('engineer'), ('financial-manager'), ('manager'), ('super-administrator'),
        ('technician')
),
wanted AS (
    SELECT
        role.name AS sonar_role,
        coalesce(getvariable('role_map')[role.name], getvariable('role_map')[lower(role.name)]) AS mapped,
        count(*) AS people
    FROM sonar.users AS person
    JOIN sonar.roles AS role ON role.id = person.role_id
    WHERE coalesce(person.enabled, false) AND NOT coalesce(person.is_sonar_staff, false) AND NOT coalesce(person.super_admin, false)
    GROUP BY role.name
)
SELECT
    coalesce(wanted.mapped, wanted.sonar_role) AS name,
    string_agg(
        CASE
            WHEN wanted.mapped IS NULL
                THEN wanted.people || ' users with the role ' || wanted.sonar_role
                    || ' become administrator; to give them less, make a role and add it to role_map'
            ELSE wanted.people || ' users with the role ' || wanted.sonar_role
        END, '; ' ORDER BY wanted.sonar_role
    ) AS details,
    CASE
        WHEN bool_and(wanted.mapped IS NOT NULL AND built_in.name IS NOT NULL) THEN true
        WHEN bool_or(EXISTS (SELECT 1 FROM splynx.administrators AS admin WHERE admin.role_name = wanted.mapped)) THEN true
        -- The list of roles cannot be read: a person looks.
        ELSE NULL
    END AS "exists"
FROM wanted
LEFT JOIN built_in ON built_in.name = wanted.mapped
GROUP BY coalesce(wanted.mapped, wanted.sonar_role)
