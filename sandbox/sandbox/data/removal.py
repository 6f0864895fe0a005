"""Hard deletes, as a live instance does them: the row vanishes, and so does what cannot exist without it.

Which rows name an account service is read from the contract: where the column may be null it becomes null (the row's
``updated_at`` stays: children do not bump and are not bumped, research/cutover.md §2), else the row goes too.
"""

from __future__ import annotations

import sqlite3

from sandbox.sonar.contract import load_contract


def delete_account_service(connection: sqlite3.Connection, row_id: int) -> None:
    """Remove a service from its account."""
    contract = load_contract()
    for type_name in contract.stored_types:
        field = contract.leaf_fields(type_name).get("account_service_id")
        if field is None:
            continue
        if field.type.non_null:
            connection.execute(f'DELETE FROM "{type_name}" WHERE account_service_id = ?', (row_id,))
        else:
            connection.execute(
                f'UPDATE "{type_name}" SET account_service_id = NULL WHERE account_service_id = ?', (row_id,)
            )
    connection.execute('DELETE FROM "AccountService" WHERE id = ?', (row_id,))


def delete_radius_account(connection: sqlite3.Connection, row_id: int) -> None:
    """Remove a login with its sessions and addresses."""
    connection.execute('DELETE FROM "RadiusSessionHistory" WHERE radius_account_id = ?', (row_id,))
    delete_ip_assignments(connection, "RadiusAccount", row_id)
    connection.execute('DELETE FROM "RadiusAccount" WHERE id = ?', (row_id,))


def delete_ip_assignments(connection: sqlite3.Connection, owner_type: str, owner_id: int) -> None:
    """Take the addresses of an owner back; the history stays and no longer names the assignment."""
    rows = connection.execute(
        'SELECT id FROM "IpAssignment" WHERE ipassignmentable_type = ? AND ipassignmentable_id = ?',
        (owner_type, owner_id),
    ).fetchall()
    for (row_id,) in rows:
        connection.execute(
            'UPDATE "IpAssignmentHistory" SET ip_assignment_id = NULL WHERE ip_assignment_id = ?', (row_id,)
        )
        connection.execute('DELETE FROM "IpAssignment" WHERE id = ?', (row_id,))
    if owner_type != "Account":
        connection.execute(
            """UPDATE "IpAssignmentHistory" SET ipassignmentable_id = NULL
               WHERE ipassignmentable_type = ? AND ipassignmentable_id = ?""",
            (owner_type, owner_id),
        )


def delete_loose_mac(connection: sqlite3.Connection, row_id: int) -> None:
    """Remove an uninventoried MAC address with its addresses."""
    delete_ip_assignments(connection, "UninventoriedMacAddress", row_id)
    connection.execute('DELETE FROM "UninventoriedMacAddress" WHERE id = ?', (row_id,))
