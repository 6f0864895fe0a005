"""A file whose answer was lost is looked up by its name where it hangs, not sent twice."""

from __future__ import annotations

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
