"""The stage: what arrives becomes typed tables that outlive the run, and it knows what it has in full."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from singer_feed import TYPES
from target_splynx.errors import StageError, WorkspaceBusy
from target_splynx.stage import Stage
from target_splynx.stage.completeness import Completeness


def schema(**columns: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {name: TYPES[kind] if isinstance(kind, str) else kind for name, kind in columns.items()}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def stage(folder: Path) -> Iterator[Stage]:
    stage = Stage(folder)
    yield stage
    stage.close()


def fill(stage: Stage, name: str, rows: list[dict[str, Any]], key: tuple[str, ...] = ("id",), /, **columns: Any) -> None:
    stage.open_stream(name, schema(**columns), key)
    for row in rows:
        stage.append(name, row)
    stage.flush()


def table(stage: Stage, name: str, columns: str = "* EXCLUDE (_staged_in)") -> list[tuple[Any, ...]]:
    return stage.connection.execute(f'SELECT {columns} FROM sonar."{name}" ORDER BY 1').fetchall()


def types(stage: Stage, name: str) -> dict[str, str]:
    return {row[0]: row[1] for row in stage.connection.execute(f'DESCRIBE sonar."{name}"').fetchall() if row[0] != "_staged_in"}


def test_each_type_of_a_schema_has_a_column_type(stage: Stage) -> None:
    union = {"type": ["integer", "string", "null"]}
    either = {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}
    stage.open_stream(
        "s", schema(id="int", text="text", money="money", flag="bool", at="time", day="date", ids="ids", any="any", union=union, either=either), ["id"]
    )  # fmt: skip
    assert types(stage, "s") == {
        "id": "BIGINT", "text": "VARCHAR", "money": "DOUBLE", "flag": "BOOLEAN", "at": "TIMESTAMP WITH TIME ZONE", "day": "DATE",
        "ids": "BIGINT[]", "any": "JSON", "union": "VARCHAR", "either": "DATE",
    }  # fmt: skip


def test_values_arrive_as_they_were_sent(stage: Stage) -> None:
    row = {
        "id": 1,
        "text": "Ünïcödé 日本 \u0000 'quote' \"double\"\nline",
        "money": Decimal("1234.56"),
        "flag": True,
        "day": "2026-02-28",
        "ids": [3, 1],
        "any": {"a": [1]},
    }
    fill(stage, "s", [row, {"id": 2}], id="int", text="text", money="money", flag="bool", day="date", ids="ids", any="any")
    first, second = table(stage, "s")
    assert first[1] == row["text"]
    assert first[2:4] == (1234.56, True)
    assert (str(first[4]), first[5]) == ("2026-02-28", [3, 1])
    assert second == (2, None, None, None, None, None, None)


def test_a_value_of_five_megabytes_is_taken(stage: Stage) -> None:
    text = "ä" * 2_500_000
    fill(stage, "s", [{"id": 1, "text": text}, {"id": 2, "text": "short"}], id="int", text="text")
    assert table(stage, "s", "id, length(text)") == [(1, 2_500_000), (2, 5)]


def test_rows_are_replaced_by_key_and_the_last_one_wins(stage: Stage) -> None:
    fill(stage, "s", [{"id": 1, "text": "a"}, {"id": 2, "text": "b"}, {"id": 1, "text": "c"}], id="int", text="text")
    fill(stage, "s", [{"id": 2, "text": "d"}], id="int", text="text")
    assert table(stage, "s") == [(1, "c"), (2, "d")]


def test_the_last_one_wins_also_when_the_spool_is_merged_in_between(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("target_splynx.stage.store.SPOOL_LIMIT_BYTES", 200)
    fill(stage, "s", [{"id": number % 10, "text": f"row {number}"} for number in range(500)], id="int", text="text")
    assert table(stage, "s") == [(number, f"row {490 + number}") for number in range(10)]


def test_a_key_may_have_several_columns_and_nulls(stage: Stage) -> None:
    fill(stage, "s", [{"a": 1, "b": None, "v": "old"}, {"a": 1, "b": 2, "v": "x"}, {"a": 1, "b": None, "v": "new"}], ("a", "b"), a="int", b="int", v="text")
    assert sorted(row[2] for row in table(stage, "s")) == ["new", "x"]


def test_a_stream_without_key_keeps_every_row(stage: Stage) -> None:
    fill(stage, "s", [{"a": 1}, {"a": 1}], (), a="int")
    assert len(table(stage, "s")) == 2


def test_new_columns_are_added_types_widened_and_dropped_columns_kept(stage: Stage) -> None:
    fill(stage, "s", [{"id": 1, "n": 5, "day": "2026-01-01", "gone": "x", "mixed": 7}], id="int", n="int", day="date", gone="text", mixed="int")
    fill(
        stage,
        "s",
        [{"id": 2, "n": 1.5, "day": "2026-01-01T10:00:00Z", "new": "y", "mixed": "seven"}],
        id="int",
        n="money",
        day="time",
        new="text",
        mixed="text",
    )
    assert types(stage, "s") == {"id": "BIGINT", "n": "DOUBLE", "day": "TIMESTAMP WITH TIME ZONE", "gone": "VARCHAR", "mixed": "VARCHAR", "new": "VARCHAR"}
    assert table(stage, "s", "id, n, gone, mixed, new") == [(1, 5.0, "x", "7", None), (2, 1.5, None, "seven", "y")]


def test_the_type_does_not_narrow_again(stage: Stage) -> None:
    fill(stage, "s", [{"id": 1, "n": 1.5}], id="int", n="money")
    fill(stage, "s", [{"id": 2, "n": 2}], id="int", n="int")
    assert types(stage, "s")["n"] == "DOUBLE"


def test_columns_that_differ_in_case_only_are_one_column(stage: Stage) -> None:
    fill(stage, "s", [{"Id": 1, "Name": "a"}], ("Id",), Id="int", Name="text")
    fill(stage, "s", [{"id": 1, "name": "b"}], ("id",), id="int", name="text")
    assert table(stage, "s") == [(1, "b")]


def test_streams_may_have_any_name(stage: Stage, folder: Path) -> None:
    name = '../odd "name" / 日本'
    fill(stage, name, [{"id": 1}], id="int")
    assert stage.streams()[name].rows == 1
    assert sorted(path.name for path in folder.parent.iterdir()) == ["workspace"]


def test_a_record_that_does_not_fit_is_told_without_its_values(stage: Stage) -> None:
    stage.open_stream("people", schema(id="int", name="text", born="date"), ["id"])
    stage.append("people", {"id": 1, "name": "Jane Roe", "born": "Jane's birthday"})
    with pytest.raises(StageError, match="A record of stream people does not fit its schema") as caught:
        stage.flush()
    assert "Jane" not in str(caught.value)
    assert "born" in str(caught.value), "which field it is"


def test_rows_that_a_full_sync_did_not_send_are_gone(folder: Path) -> None:
    for run, keys in ((1, [1, 2, 3]), (2, [1, 3])):
        stage = Stage(folder)
        fill(stage, "s", [{"id": key} for key in keys], id="int")
        assert stage.close_stream("s") == (1 if run == 2 else 0)
        assert "s" in stage.complete()
        if run == 2:
            assert table(stage, "s") == [(1,), (3,)]
        stage.close()


def test_staged_rows_outlive_the_run_and_a_spool_without_merge_does_not(folder: Path) -> None:
    stage = Stage(folder)
    fill(stage, "s", [{"id": 1}], id="int")
    stage.append("s", {"id": 2})
    stage.connection.close()  # as a killed process leaves it
    again = Stage(folder)
    assert table(again, "s") == [(1,)]
    assert list((folder / "spool").glob("*")) == []
    again.close()


def test_files_are_for_the_operator_only(stage: Stage, folder: Path) -> None:
    stage.open_stream("s", schema(id="int"), ["id"])
    stage.append("s", {"id": 1})
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in [folder / "staging.duckdb", *(folder / "spool").iterdir()]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_stage_in_use_is_refused_with_a_clear_sentence(stage: Stage, folder: Path) -> None:
    import subprocess
    import sys

    code = f"from pathlib import Path\nfrom target_splynx.stage import Stage\nStage(Path({str(folder)!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env={**os.environ})
    assert WorkspaceBusy.__name__ in done.stderr
    assert "is in use by another process: wait for the other run, or stop it." in done.stderr


# -- whether a stream is whole ---------------------------------------------------------------------------------------


def seen(*messages: Any, stream: str = "s") -> Completeness:
    """A number: that many records. A dict: a state's bookmark of the stream. `v1`: ACTIVATE_VERSION 1."""
    found = Completeness()
    found.schema(stream)
    for message in messages:
        if isinstance(message, int):
            for _ in range(message):
                found.record(stream)
        elif isinstance(message, dict):
            found.state({"bookmarks": {stream: message}})
        else:
            found.activate(stream, int(message[1:]))
    return found


RUNNING = {"progress_markers": {"replication_key_value": "b"}, "starting_replication_value": None}


@pytest.mark.parametrize(
    ("messages", "whole"),
    [
        pytest.param(["v1", 3, "v1"], True, id="full table, from beginning to end"),
        pytest.param(["v1", "v1"], True, id="full table, empty"),
        pytest.param(["v1", 3], False, id="full table, interrupted"),
        pytest.param(["v1"], False, id="full table, interrupted before the first record"),
        pytest.param([{}, "v1", 3], False, id="full table, interrupted, known to an older state"),
        pytest.param(["v1", 3, {"starting_replication_value": None}], False, id="full table, interrupted after a state"),
        pytest.param([3, {"replication_key_value": "b"}], True, id="incremental from the beginning"),
        pytest.param([3, RUNNING], False, id="incremental, interrupted"),
        pytest.param([3, RUNNING, 3, {"replication_key_value": "b"}], True, id="incremental with a state in between"),
        pytest.param([{"replication_key_value": "a"}, 3, {"replication_key_value": "b"}], False, id="incremental from a bookmark"),
        pytest.param([3, {"replication_key_value": "a", "starting_replication_value": "a"}, {"replication_key_value": "b"}], False, id="incremental from a bookmark told late"),
        pytest.param([3], True, id="a tap without state"),
        pytest.param([0], True, id="a tap without state, empty"),
    ],
)  # fmt: skip
def test_a_stream_is_whole_when_it_was_sent_from_its_beginning_to_its_end(messages: list[Any], whole: bool) -> None:
    assert seen(*messages).whole("s", start_state=False) is whole


def test_a_stream_that_never_came_is_not_whole() -> None:
    assert seen(3).whole("other", start_state=False) is False


def test_once_complete_stays_complete(folder: Path) -> None:
    stage = Stage(folder)
    fill(stage, "s", [{"id": 1}], id="int")
    assert "s" not in stage.complete()
    stage.mark_complete("s")
    fill(stage, "s", [{"id": 2}], id="int", more="text")
    assert "s" in stage.complete(), "increments add to a whole"
    stage.close()


def test_two_columns_of_one_schema_that_differ_in_case_only_are_refused_by_name(stage: Stage) -> None:
    with pytest.raises(StageError, match="Stream s has columns that differ only in upper and lower case: ID and id"):
        stage.open_stream("s", schema(id="int", ID="int"), ["id"])


def test_records_are_counted_over_a_schema_that_is_sent_again(stage: Stage) -> None:
    stage.open_stream("s", schema(id="int"), ["id"])
    stage.append("s", {"id": 1})
    stage.open_stream("s", schema(id="int", text="text"), ["id"])
    stage.append("s", {"id": 2, "text": "x"})
    assert stage.flush() == {"s": 2}
    assert table(stage, "s") == [(1, None), (2, "x")]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2026-01-01T10:00:00Z", "2026-01-01 10:00:00"),
        ("2026-01-01T10:00:00+02:00", "2026-01-01 08:00:00"),
        ("2026-01-01T10:00:00.123456+00:00", "2026-01-01 10:00:00.123456"),
        ("2026-01-01 10:00:00", "2026-01-01 10:00:00"),
        ("2026-01-01T10:00:00", "2026-01-01 10:00:00"),
        ("2026-01-01T10:00:00.123456789Z", "2026-01-01 10:00:00.123456"),
        ("0001-01-01T00:00:00Z", "0001-01-01 00:00:00"),
    ],
)
def test_times_are_read_in_every_form_that_taps_send(text: str, stored: str, stage: Stage) -> None:
    fill(stage, "s", [{"id": 1, "moment": text}], id="int", moment="time")
    assert table(stage, "s", "timezone('UTC', moment)::VARCHAR") == [(stored,)]
