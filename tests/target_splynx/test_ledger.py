"""The ledger: what was written, what left without an answer, what was refused; it survives its process."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from target_splynx.errors import LedgerError
from target_splynx.ledger.entries import Operation, Outcome, Record
from target_splynx.ledger.store import Ledger, sqlite_url

SPLYNX = "https://splynx.example.net"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Both databases keep the same promises."""
    return sqlite_url(tmp_path) if request.param == "sqlite" else str(request.getfixturevalue("postgres"))


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    ledger = Ledger(url, splynx=SPLYNX)
    yield ledger
    ledger.close()


def operation(number: int, key: str = "", **more: Any) -> Operation:
    values = {"model": "customers/people", "resource": "customers", "source_key": key or str(number), "action": "create", "payload": {"name": "x"}}
    return Operation(**{**values, **more}, id=number)


def begin(ledger: Ledger, *planned: Operation) -> int:
    run = ledger.start_run(dry_run=False, settings={})
    ledger.add_operations(run, planned)
    return run


def done(made: Operation, splynx_id: str) -> Outcome:
    record = Record(made.model, made.source_key, made.resource, splynx_id, made.payload, made.path)
    return Outcome(made, "done", splynx_id=splynx_id, record=record)


def refused(sent: Operation, reason: str = "refused") -> Outcome:
    return Outcome(sent, "rejected", reason=reason, field="name", message="Name is wrong.", remedy="Mend it.")


def test_a_settled_create_is_a_record(ledger: Ledger) -> None:
    made = operation(1, payload={"name": "Å", "price": Decimal("49.90"), "ids": [1]}, path={"customer_id": 7})
    run = begin(ledger, made)
    ledger.mark_sent([made])
    ledger.settle(run, [done(made, "55")])
    record = ledger.records("customers/people", ["1", "2"])["1"]
    assert (record.splynx_id, record.payload, record.path, record.state) == ("55", made.payload, {"customer_id": 7}, "live")
    assert list(ledger.ids("customers")) == [("1", "55")]
    assert ledger.count_records() == {"customers/people": 1}
    assert ledger.counts(run) == [("customers/people", "create", "done", 1)]
    assert ledger.in_doubt() == []


def test_what_left_without_an_answer_is_in_doubt_also_after_a_crash(url: str) -> None:
    ledger = Ledger(url, splynx=SPLYNX)
    begin(ledger, operation(1, payload={"parent": -5}), operation(2))
    ledger.mark_sent([operation(1, payload={"parent": 12})])
    ledger._hold.release()  # all that a crash gives back
    again = Ledger(url, splynx=SPLYNX)
    again.start_run(dry_run=False, settings={})
    (doubt,) = again.in_doubt()
    sent = doubt.operation
    assert (doubt.run, sent.id, sent.payload) == (1, 1, {"parent": 12}), "the payload as it was sent, with real ids"
    again.close()


def test_a_new_run_abandons_what_was_planned_and_fails_what_was_running(ledger: Ledger) -> None:
    first = begin(ledger, operation(1))
    ledger.set_run_state(first, "loading")
    second = begin(ledger, operation(2))
    assert [o.state for o in ledger.operations(first)] == ["abandoned"]
    assert ledger.planned(second, "customers/people", after=0, limit=10) == [operation(2)]
    last = ledger.last_run()
    assert last is not None
    assert last["id"] == second


def test_released_operations_are_planned_again(ledger: Ledger) -> None:
    run = begin(ledger, operation(1), operation(2))
    ledger.mark_sent([operation(1), operation(2)])
    ledger.release([2])
    assert [doubt.operation.id for doubt in ledger.in_doubt()] == [1]
    assert [o.id for o in ledger.planned(run, "customers/people", after=0, limit=10)] == [2]


def test_a_refusal_is_remembered_until_something_was_written(ledger: Ledger) -> None:
    run = begin(ledger, operation(1, "a"), operation(2, "b"), operation(3, "c"))
    ledger.settle(run, [refused(operation(1, "a")), refused(operation(2, "b"), "server_error"), refused(operation(3, "c"), "required")])
    assert set(ledger.refusals("customers/people")) == {"a"}, "only what Splynx looked at and refused"
    assert ledger.refusals("customers/people")["a"].message == "Name is wrong."
    assert ledger.refusals("services/lines") == {}
    run = begin(ledger, operation(4, "a"))
    ledger.settle(run, [done(operation(4, "a"), "9")])
    assert ledger.refusals("customers/people") == {}


def test_ended_and_deleted_records_are_told_apart(ledger: Ledger) -> None:
    made = [operation(number) for number in (1, 2, 3)]
    run = begin(ledger, *made)
    outcomes = [done(o, str(o.id + 10)) for o in made]
    for number, state in ((1, "ended"), (2, "deleted")):
        record = outcomes[number].record
        assert record is not None
        outcomes[number] = replace(outcomes[number], record=replace(record, state=state))
    ledger.settle(run, outcomes)
    assert list(ledger.keys("customers/people")) == ["1"]
    assert list(ledger.keys("customers/people", ("live", "ended"))) == ["1", "2"]
    assert list(ledger.ids("customers")) == [("1", "11"), ("2", "12")]
    assert [r.source_key for r in ledger.all_records()] == ["1"]


def test_many_records_are_asked_for_in_parts(ledger: Ledger) -> None:
    made = [operation(number) for number in range(1, 1301)]
    run = begin(ledger, *made)
    ledger.settle(run, [done(o, str(o.id)) for o in made])
    assert len(ledger.records("customers/people", [str(n) for n in range(1, 1400)])) == 1300
    assert ledger.next_operation_id() == 1301


def test_a_ledger_of_another_splynx_is_refused(ledger: Ledger, url: str) -> None:
    with pytest.raises(LedgerError, match=r"belongs to https://splynx.example.net, not to https://other.example.net"):
        Ledger(url, splynx="https://other.example.net")


@pytest.mark.parametrize("address", [SPLYNX, SPLYNX + "/", SPLYNX + "/api/2.0", SPLYNX + "/api/2.0/", "https://Splynx.Example.Net"])
def test_the_same_splynx_may_be_written_in_several_ways(address: str, ledger: Ledger, url: str) -> None:
    Ledger(url, splynx=address).close()


def test_a_ledger_of_a_newer_version_is_refused(ledger: Ledger, url: str) -> None:
    with ledger.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = '999' WHERE key = 'version'")
    with pytest.raises(LedgerError, match=r"newer target-splynx"):
        Ledger(url, splynx=SPLYNX)


def test_a_file_that_is_no_ledger_is_told(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_text("this is a text, and long enough not to be taken for an empty database" * 30)
    with pytest.raises(LedgerError, match=r"cannot be opened.*Check `ledger_url`"):
        Ledger(sqlite_url(tmp_path), splynx=SPLYNX)


@pytest.mark.parametrize("url", ["nonsense", "oracle://user:hidden-password@host/x", "sqlite:////nowhere/at/all/ledger.sqlite"])
def test_a_wrong_url_is_told_without_its_password(url: str) -> None:
    with pytest.raises(LedgerError, match=r"`ledger_url`") as caught:
        Ledger(url, splynx=SPLYNX)
    assert "hidden-password" not in str(caught.value)


def test_the_files_are_for_the_operator_only_while_a_run_writes_too(tmp_path: Path) -> None:
    ledger = Ledger(sqlite_url(tmp_path), splynx=SPLYNX)
    begin(ledger, operation(1))
    files = sorted(path for path in tmp_path.iterdir() if path.is_file())
    assert {path.name for path in files} >= {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    ledger.close()


def test_two_processes_may_make_the_same_ledger_at_the_same_moment(url: str) -> None:
    barrier, failed = threading.Barrier(6), []

    def opened() -> None:
        barrier.wait()
        try:
            Ledger(url, splynx=SPLYNX).close()
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=opened) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_an_error_of_the_database_quotes_no_values(ledger: Ledger) -> None:
    from sqlalchemy.exc import IntegrityError

    run = begin(ledger, operation(1, payload={"name": "Jane Roe"}))
    with pytest.raises(IntegrityError) as caught:
        ledger.add_operations(run, [operation(1, payload={"name": "Jane Roe"})])
    assert "Jane" not in str(caught.value)


def test_one_can_look_while_another_writes(ledger: Ledger, url: str) -> None:
    run = begin(ledger, operation(1))
    with ledger.engine.begin() as writing:
        writing.exec_driver_sql("UPDATE operations SET state = 'sent'")
        reader = Ledger(url, splynx=SPLYNX)
        assert [o.state for o in reader.operations(run)] == ["planned"]
        reader.close()
