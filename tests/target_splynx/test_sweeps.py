"""Streams of ids tell which rows of an incremental stream are gone at the source."""

from __future__ import annotations

from typing import Any

import pytest

from singer_feed import Feed
from splynx_runs import PERSON_COLUMNS, Migration, Provider, write_models
from target_splynx.errors import MigrationError

IDS = {"id": "int"}
FINISHED = {
    "bookmarks": {
        "plans": {},
        "lines": {},
        "people": {"replication_key": "seen", "replication_key_value": "2026-11-01"},
    }
}


def changed(rows: list[dict[str, Any]], ids: list[int], *, closed: bool = True, columns: dict[str, Any] = IDS) -> Feed:
    """What an incremental run sends: the rows that changed, and all ids."""
    feed = Feed().schema("people", PERSON_COLUMNS)
    for row in rows:
        feed.record("people", **row)
    feed.schema("people_ids", columns).activate("people_ids", 7)
    for number in ids:
        feed.record("people_ids", id=number)
    if closed:
        feed.activate("people_ids", 7)
    return feed.state(FINISHED)


@pytest.fixture
def deleting(migration: Migration) -> Migration:
    write_models(migration.models, on_delete="delete")
    return migration


def test_a_row_that_is_gone_is_deleted_in_splynx(deleting: Migration, provider: Provider) -> None:
    deleting.run(provider)
    newest = {**provider.people[0], "id": 6, "name": "Person 6", "email": "p6@example.net"}
    provider.lines = [line for line in provider.lines if line["person"] != 4]
    feed = provider.feed(version=2)
    feed.lines = [line for line in feed.lines if '"people"' not in line and '"STATE"' not in line]
    feed.lines += changed([newest], [1, 2, 3, 5]).lines  # 6 came after the ids were read
    deleting.run(feed, unknown_streams="fail")
    assert sorted(deleting.splynx.customers()) == ["1", "2", "3", "5", "6"]


def test_a_list_of_ids_that_broke_off_removes_nothing(deleting: Migration, provider: Provider) -> None:
    deleting.run(provider)
    deleting.run(changed([], [1], closed=False))
    assert len(deleting.splynx.customers()) == 5


def test_a_stream_that_tells_more_than_ids_is_one_in_its_own_right(deleting: Migration, provider: Provider) -> None:
    deleting.run(provider)
    with pytest.raises(MigrationError, match="No model reads stream people_ids"):
        deleting.run(changed([], [1], columns={**IDS, "name": "text"}), unknown_streams="fail")
    assert len(deleting.splynx.customers()) == 5
