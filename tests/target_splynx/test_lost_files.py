"""A file whose answer was lost is looked up by its name where it hangs, not sent twice."""

from __future__ import annotations

import shutil

from splynx_runs import Migration, Provider, add_model
from test_sequence import talks

FILES = """
-- resource: ticket_attachments
-- natural_key: [filename_original, message_id]
SELECT p.id::VARCHAR AS source_key, m.id AS message_id, 'plan.txt' AS _file_name, to_base64(encode('plan ' || p.id)) AS _file_content_base64
FROM sonar.people p JOIN splynx.ticket_messages m ON m.source_key = p.id || ':9'"""


def test_an_attachment_whose_answer_was_lost_is_found_again(migration: Migration, provider: Provider) -> None:
    talks(migration, 1)
    add_model(migration.models, "support/files", FILES)
    lost = {"match": {"method": "POST", "path_regex": "ticket-attachments"}, "times": 1}
    migration.splynx.faults({"kind": "cut_after", **lost}, {"kind": "cut_before", "skip": 2, **lost})
    migration.run(provider)
    rows = migration.splynx.rows("support/ticket-attachments")
    assert len(rows) == len({row["message_id"] for row in rows}) == len(provider.people)
    assert migration.rejects() == []
    migration.splynx.reset_stats()
    migration.run(provider)
    assert migration.splynx.writes() == {}


TWO_FILES = FILES.replace("p.id::VARCHAR AS", "p.id || n.n AS").replace("'plan ' || p.id", "n.n || p.id") + ", (VALUES ('a'), ('b')) n (n)"


def test_without_the_ledger_attachments_are_recognised_by_owner_and_name(migration: Migration, provider: Provider) -> None:
    talks(migration, 1)
    add_model(migration.models, "support/files", FILES)
    migration.run(provider)
    before = migration.splynx.rows("support/ticket-attachments")
    assert len(before) == len(provider.people)
    shutil.rmtree(migration.workspace)
    migration.splynx.reset_stats()
    migration.run(provider)
    assert migration.splynx.rows("support/ticket-attachments") == before
    assert "POST /admin/support/ticket-attachments" not in migration.splynx.writes()
    assert migration.rejects() == []


def test_two_files_of_one_name_at_one_message_are_both_recognised_and_a_lacking_one_is_not_guessed(migration: Migration, provider: Provider) -> None:
    talks(migration, 1)
    add_model(migration.models, "support/files", TWO_FILES)
    migration.run(provider)
    before = migration.splynx.rows("support/ticket-attachments")
    assert len(before) == 2 * len(provider.people)
    shutil.rmtree(migration.workspace)
    migration.run(provider)
    assert migration.rejects() == []
    migration.splynx.call("DELETE", f"admin/support/ticket-attachments/{before[0]['id']}")
    shutil.rmtree(migration.workspace)
    migration.run(provider)
    assert [row.reason for row in migration.rejects()] == ["ambiguous_match"] * 2, "which of the two is gone cannot be told"
    assert len(migration.splynx.rows("support/ticket-attachments")) == len(before) - 1
