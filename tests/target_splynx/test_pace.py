"""The pace follows Splynx: fewer requests in flight when it refuses or slows down, more when it recovers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from splynx_runs import KEY, SECRET, Migration, Provider, Splynx
from target_splynx.errors import MigrationError, Stopped
from target_splynx.splynx import pace as pacing
from target_splynx.splynx.auth import Basic
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import Unavailable
from target_splynx.splynx.pace import Pace, retry_after


def in_flight(pace: Pace, requests: int, seconds: float = 0.02) -> int:
    """The most requests that were under way at once."""
    now, most, lock = 0, 0, threading.Lock()

    def request() -> None:
        nonlocal now, most
        with pace.turn():
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(seconds)
            with lock:
                now -= 1

    threads = [threading.Thread(target=request) for _ in range(requests)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return most


def test_a_complaint_halves_and_good_answers_bring_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "CALM_SECONDS", 0.0)
    pace = Pace(0, most=8)
    assert in_flight(pace, 16) == 8
    pace.complain("test")
    assert pace.limit == 4
    assert in_flight(pace, 16) == 4
    for _ in range(5):
        pace.complain("test")
    assert pace.limit == 1, "never none"
    for _ in range(2 * (1 + 2 + 3 + 4 + 5 + 6 + 7)):
        pace.answered(0.01)
    assert pace.limit == 8


def test_complaints_of_requests_that_were_under_way_together_count_once() -> None:
    pace = Pace(0, most=8)
    for _ in range(8):
        pace.complain("test")
    assert pace.limit == 4


def test_slower_answers_mean_fewer_requests_and_a_lasting_slowness_becomes_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "CALM_SECONDS", 0.0)
    pace = Pace(0, most=8)
    for _ in range(50):
        pace.answered(0.1)
    for _ in range(30):
        pace.answered(3.0)
    assert pace.limit == 1
    for _ in range(60):
        pace.answered(0.1)
    assert pace.limit == 8
    for _ in range(1000):
        pace.answered(3.0)
    assert pace.limit == 8


def test_fast_answers_that_differ_are_no_slowness() -> None:
    pace = Pace(0, most=8)
    for number in range(200):
        pace.answered(0.005 if number % 2 else 0.4)
    assert pace.limit == 8


def test_who_waits_is_woken_by_a_stop() -> None:
    stop = threading.Event()
    pace = Pace(0, most=2, stop=stop)
    pace.pause(60)
    threading.Timer(0.1, stop.set).start()
    began = time.monotonic()
    with pytest.raises(Stopped), pace.turn():
        pass
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("7", 7, 7),
        ("0", 0, 0),
        ("99999", 120, 120),
        (lambda: format_datetime(datetime.now(timezone.utc) + timedelta(seconds=30), usegmt=True), 28, 30),
        (lambda: format_datetime(datetime.now(timezone.utc) - timedelta(seconds=30), usegmt=True), 0, 0),
    ],
    ids=["seconds", "at once", "too long", "date", "date in the past"],
)
def test_retry_after_is_a_number_or_a_date(header: str | Callable[[], str], least: float, most: float) -> None:
    found = retry_after(header if isinstance(header, str) else header())
    assert found is not None
    assert least <= found <= most


@pytest.mark.parametrize("header", ["", "soon", None])
def test_retry_after_that_says_nothing(header: str | None) -> None:
    assert retry_after(header) is None


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_repeated_request_waits_as_long_as_asked(method: str, form: str, splynx: Splynx) -> None:
    # A date has whole seconds only: 3 ahead means more than 2.
    asked = "2" if form == "seconds" else format_datetime(datetime.now(timezone.utc) + timedelta(seconds=4), usegmt=True)
    splynx.faults({"match": {"method": method}, "kind": "status", "status": 503, "times": 1, "headers": {"Retry-After": asked}})
    client = Client(splynx.url, Basic(KEY, SECRET), retry_attempts=2)
    began = time.monotonic()
    path = "/admin/administration/partners/1"
    if method == "GET":
        client.get(path)
    elif method == "PUT":
        client.put(path, {"name": "Main"})
    else:
        with pytest.raises(Exception, match=r"HTTP 40\d"):  # the partner is in use; what counts is the second request
            client.delete(path)
    assert 1.9 <= time.monotonic() - began < 8
    assert splynx.stats()["by_status"]["503"] == 1


def test_a_load_through_refusals_ends_with_the_same_splynx(migration: Migration, undisturbed: dict[str, list[str]], caplog: pytest.LogCaptureFixture) -> None:
    rule = {"match": {"path_regex": "/admin/customers"}, "kind": "status", "headers": {"Retry-After": "0"}, "probability": 0.2, "seed": 5}
    migration.splynx.faults({**rule, "status": 429, "times": 10}, {**rule, "status": 503, "times": 10})
    ran = migration.run(Provider.of(30), parallel_workers=8, retry_attempts=5)
    assert len(ran.states) == 1
    assert migration.rejects() == []
    assert migration.splynx.picture() == undisturbed
    assert "Splynx cannot follow (it refuses for now): 4 requests at once from now on" in caplog.text


def test_a_splynx_in_maintenance_ends_the_run_instead_of_rejecting_every_record(migration: Migration, undisturbed: dict[str, list[str]]) -> None:
    migration.splynx.faults(
        {"match": {"method": "POST", "path_regex": "/admin/customers"}, "kind": "status", "status": 503, "headers": {"Retry-After": "0"}, "skip": 10}
    )
    with pytest.raises(MigrationError, match=r"refuses all requests for now.*Run again later"):
        migration.run(Provider.of(30))
    assert [o for o in migration.rejects() if o.state == "rejected"] == []
    migration.splynx.faults()
    assert len(migration.run(Provider.of(30)).states) == 1
    assert migration.splynx.picture() == undisturbed


def test_an_answer_that_never_comes_is_a_complaint(splynx: Splynx) -> None:
    splynx.faults({"match": {"method": "GET"}, "kind": "hang", "seconds": 3})
    client = Client(splynx.url, Basic(KEY, SECRET), retry_attempts=0, timeout=0.3, connections=8)
    with pytest.raises(Unavailable):
        client.get("/admin/administration/partners")
    assert client._pace.limit == 4
