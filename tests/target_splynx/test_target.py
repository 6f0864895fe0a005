"""The target between the tap and the run: what it takes, when it stops, what it says, when it passes the state on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from singer_feed import Feed
from splynx_runs import LINE_COLUMNS, PERSON_COLUMNS, PLAN_COLUMNS, Migration, Provider, write_models
from target_splynx.errors import MigrationError, Stopped
from target_splynx.target import TargetSplynx


def invoke(migration: Migration, text: str, **settings: Any) -> Result:
    """The target as a command."""
    config = migration.folder / "config.json"
    config.write_text(json.dumps(migration.config(**settings)), encoding="utf-8")
    source = migration.folder / "input.jsonl"
    source.write_text(text, encoding="utf-8")
    return CliRunner().invoke(TargetSplynx.cli, ["--config", str(config), "--input", str(source)])


def test_no_input_is_no_run(migration: Migration) -> None:
    result = invoke(migration, "")
    assert (result.exit_code, result.stdout) == (0, "")
    assert not (migration.workspace / "ledger.sqlite").exists()
    assert migration.splynx.stats()["requests"] == 0


def test_only_the_last_state_is_passed_on_as_it_came(migration: Migration, provider: Provider) -> None:
    feed = Feed().state({"bookmarks": {"plans": {}}})
    feed.lines += provider.feed(state={"bookmarks": {"people": {"replication_key_value": "ä"}}, "extra": [1.5]}).lines
    result = invoke(migration, feed.text)
    assert result.exit_code == 0
    assert [json.loads(line) for line in result.stdout.splitlines()] == [{"bookmarks": {"people": {"replication_key_value": "ä"}}, "extra": [1.5]}]


def test_the_log_ends_with_what_the_run_did(migration: Migration, provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    provider.people[0]["email"] = "nonsense"
    caplog.set_level("INFO")
    assert invoke(migration, provider.feed().text).exit_code == 0
    said = [record.getMessage() for record in caplog.records]
    result = next(number for number, line in enumerate(said) if line.startswith("run 1 done: "))
    assert max(number for number, line in enumerate(said) if "record_count" in line) < result
    assert sum('"value":' in line and "record_count" in line for line in said) == 3, "one for each stream that had rows"
    assert sum(line.startswith("loaded customers/people: ") for line in said) == 1, "once, not again at the end"
    assert "target-splynx:rejects" in said[result + 1]
    assert "target-splynx:status" in said[-1]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ('{"type": "RECORD", "stream": "people", "record": {"id": 1, "name": "Jane Ro', "no Singer message: the tap broke off"),
        ("Jane Roe says hello", "that is no Singer message: the tap broke off"),
        ("[1, 2]", "that is no Singer message: the tap broke off"),
        ('{"type": "RECORD", "record": {"name": "Jane Roe"}}', "A RECORD message has no stream: the tap is broken."),
        ('{"name": "Jane Roe"}', "A Singer message has no type: the tap is broken."),
    ],
)  # fmt: skip
def test_a_line_that_is_no_message_ends_the_run_without_being_quoted(
    broken: str, said: str, migration: Migration, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    result = invoke(migration, provider.feed().text + broken + "\n" + "more\n" * 1000)
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in caplog.records[-1].getMessage()
    assert "Jane" not in caplog.text
    assert migration.splynx.writes() == {}


def test_a_record_that_does_not_fit_ends_the_run_with_one_clear_line(migration: Migration, provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    provider.people[3]["seen"] = "Jane's wedding"
    result = invoke(migration, provider.feed().text)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "A record of stream people does not fit its schema: a value of seen is no TIMESTAMPTZ." in caplog.records[-1].getMessage()
    assert "Jane" not in caplog.text
    assert migration.splynx.writes() == {}


def test_an_unexpected_error_quotes_nothing(
    migration: Migration, provider: Provider, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise KeyError("Jane Roe")

    monkeypatch.setattr("target_splynx.run.load_models", broken)
    result = invoke(migration, provider.feed().text)
    assert (result.exit_code, result.stdout) == (1, "")
    last = caplog.records[-1].getMessage()
    assert last.startswith("Unexpected KeyError at run:")
    assert "This is a defect of target-splynx" in last
    assert "Jane" not in caplog.text


def test_the_log_of_a_load_names_no_person_and_no_secret(migration: Migration, provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    provider.people[1]["email"] = "jane.roe"
    provider.lines[3]["login"] = provider.lines[2]["login"] = "jane.login"
    result = invoke(migration, provider.feed().text)
    assert result.exit_code == 0
    assert "planned customers/people: 5 rows" in caplog.text
    for private in ("Person", "example.net", "jane", "Turku", "sandbox-secret"):
        assert private not in caplog.text, private


def incremental(provider: Provider, *states: dict[str, Any]) -> Feed:
    """People as an incremental stream: the first state before the records, the last one after them."""
    feed = Feed().stream("plans", PLAN_COLUMNS, provider.plans).stream("lines", LINE_COLUMNS, provider.lines)
    feed.schema("people", PERSON_COLUMNS)
    for state in states[:-1]:
        feed.state({"bookmarks": {"people": state}})
    for person in provider.people:
        feed.record("people", **person)
    return feed.state({"bookmarks": {"people": states[-1]}})


BOOKMARK = {"replication_key": "seen", "replication_key_value": "2026-11-01T00:00:00Z"}


def test_an_incremental_stream_from_its_beginning_is_enough(migration: Migration, provider: Provider) -> None:
    assert len(migration.run(incremental(provider, BOOKMARK)).states) == 1
    assert len(migration.splynx.customers()) == 5
    provider.people = [{**provider.people[0], "city": "Espoo"}]
    migration.splynx.reset_stats()
    migration.run(incremental(provider, BOOKMARK, BOOKMARK))
    assert migration.splynx.writes() == {"PUT /admin/customers/customer/{id}": 1}, "increments add to what is staged"


def test_an_incremental_start_into_an_empty_workspace_is_refused(migration: Migration, provider: Provider) -> None:
    with pytest.raises(MigrationError, match=r"goes on from an earlier state \(people\).*--full-refresh"):
        migration.run(incremental(provider, BOOKMARK, BOOKMARK))
    assert migration.splynx.customers() == {}


def test_an_interrupted_full_table_is_no_whole_stream(migration: Migration, provider: Provider) -> None:
    feed = Feed().stream("plans", PLAN_COLUMNS, provider.plans).stream("lines", LINE_COLUMNS, provider.lines)
    feed.schema("people", PERSON_COLUMNS).activate("people")
    feed.record("people", **provider.people[0]).state({"bookmarks": {"people": {}}})
    with pytest.raises(MigrationError, match=r"stream people was never staged in full"):
        migration.run(feed)
    assert migration.splynx.customers() == {}
    assert len(migration.splynx.rows("tariffs/internet")) == 2, "what needs nothing of it is written"
    assert migration.summary()[""] == "failed"


def test_an_interrupted_second_sync_takes_no_row_for_gone(migration: Migration, provider: Provider) -> None:
    write_models(migration.models, on_delete="delete")
    migration.run(provider)
    feed = Feed().stream("plans", PLAN_COLUMNS, provider.plans).stream("lines", LINE_COLUMNS, provider.lines, version=2)
    feed.schema("people", PERSON_COLUMNS).activate("people", 2).record("people", **provider.people[0])
    migration.splynx.reset_stats()
    migration.run(feed)
    assert migration.splynx.writes() == {}
    assert len(migration.splynx.customers()) == 5


def test_a_stop_while_planning_writes_nothing(migration: Migration, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    from target_splynx import run as engine

    def stopping(settings: Any, stage: Any) -> Any:
        target.stop.set()
        return prepare(settings, stage)

    prepare = engine.prepare_models
    monkeypatch.setattr(engine, "prepare_models", stopping)
    target = TargetSplynx(config=migration.config())
    import io

    with pytest.raises(Stopped, match=r"while planning: nothing was written"):
        target.listen(io.StringIO(provider.feed().text))
    assert migration.splynx.writes() == {}
    assert migration.summary()[""] == "stopped"


def test_a_row_without_its_owner_is_rejected_and_the_rest_goes_on(migration: Migration, provider: Provider) -> None:
    provider.lines[0]["person"] = 99
    migration.run(provider)
    (rejected,) = migration.rejects()
    assert (rejected.source_key, rejected.reason, rejected.field) == ("101", "required", "customer_id")
    assert len(migration.splynx.rows("customers/internet-services")) == 4


def test_an_additional_field_that_nobody_made_is_rejected_by_name(migration: Migration, provider: Provider) -> None:
    write_models(
        migration.models, catalogue__plans=None,
        foundation__labels="-- resource: locations\nSELECT '1' AS source_key, 'North' AS name, MAP {'colour': 'red'} AS additional_attributes",
    )  # fmt: skip
    migration.run(provider, sections=["foundation"])
    (rejected,) = migration.rejects()
    assert (rejected.reason, rejected.field) == ("unknown_additional_field", "additional_attributes.colour")


def test_stream_maps_of_the_sdk_work(migration: Migration, provider: Provider) -> None:
    text = provider.feed().text.replace('"people"', '"subscribers"')
    assert invoke(migration, text, stream_maps={"subscribers": {"__alias__": "people", "city": "'Mapped'"}}).exit_code == 0
    assert {row["city"] for row in migration.splynx.customers().values()} == {"Mapped"}


def test_about_tells_the_settings(tmp_path: Path) -> None:
    about = json.loads(CliRunner().invoke(TargetSplynx.cli, ["--about", "--format", "json"]).stdout)
    assert about["name"] == "target-splynx"
    assert {"api_url", "mapping", "on_delete", "status_map"} <= about["settings"]["properties"].keys()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"api_secret": "wrong"}, "refuses the credentials (401). Check `auth_method`, `api_key` and `api_secret`"),
        ({"api_url": "http://127.0.0.1:9"}, "does not answer"),
        ({"api_url": "splynx.example.net"}, "`api_url` is 'splynx.example.net'; write the whole address"),
        ({"auth_method": "magic"}, "auth_method"),
        ({"mapping": "absent"}, "`mapping` is 'absent': use sonar, splynx, or the path of a folder with models."),
    ],
    ids=["key", "address", "no scheme", "method", "mapping"],
)
def test_a_wrong_setting_ends_with_one_clear_sentence(
    settings: dict[str, Any], sentence: str, migration: Migration, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    result = invoke(migration, provider.feed().text, **settings)
    assert (result.exit_code, result.stdout) == (1, "")
    last = caplog.records[-1]
    assert (last.levelname, sentence in last.getMessage()) == ("ERROR", True), last.getMessage()
    assert last.exc_info is None
    assert "defect" not in caplog.text
    assert migration.splynx.writes() == {}
