"""Pages of a stream: all rows once, in order, several at a time, and little in memory."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sonar_runs import extract, select
from tap_sonar.definition import StreamDefinition
from tap_sonar.errors import IncompleteError, StreamsFailedError
from tap_sonar.fetch import Page, PageSize
from tap_sonar.limiter import Limiter
from tap_sonar.paging import KeyReader
from tap_sonar.pool import RequestPool, Stopped

DEFINITION = StreamDefinition("things", "Thing", "connection", frozenset({"search", "sorter", "paginator"}), {"id": {}})


class FakeFetcher:
    """Answers from a list of ids, as Sonar would; counts pages that were fetched and not yet taken."""

    def __init__(self, ids: list[int], size: int, *, counts: bool = True) -> None:
        self.ids = sorted(ids)
        self.page_size = PageSize(size)
        self.definition = DEFINITION
        self.requests = 0
        self.waiting = 0
        self.most_waiting = 0
        self._counts = counts
        self._lock = threading.Lock()

    def key_page(self, after: int | None, until: int | None = None, *, first: bool = False) -> Page:
        found = [i for i in self.ids if (after is None or i > after) and (until is None or i <= until)]
        rows = [{"id": i} for i in found[: self.page_size.value]]
        with self._lock:
            self.requests += 1
            self.waiting += 1
            self.most_waiting = max(self.most_waiting, self.waiting)
        return Page(
            len(rows),
            len(rows) == self.page_size.value,
            rows,
            first_id=rows[0]["id"] if rows else None,
            last_id=rows[-1]["id"] if rows else None,
            total=len(found) if first and self._counts else None,
        )

    def largest_id(self) -> int | None:
        self.requests += 1
        return self.ids[-1] if self.ids else None


def read(fetcher: FakeFetcher, workers: int) -> list[int]:
    pool = RequestPool(workers)
    try:
        got: list[int] = []
        for page in KeyReader(fetcher, pool).pages():  # type: ignore[arg-type]
            fetcher.waiting -= 1
            got.extend(row["id"] for row in page.rows)
        return got
    finally:
        pool.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.integers(1, 5000), max_size=400, unique=True),
    st.lists(st.integers(10**6, 10**6 + 300), max_size=200, unique=True),
    st.integers(1, 60),
    st.integers(1, 6),
    st.booleans(),
)
def test_every_row_once_in_order(low: list[int], high: list[int], size: int, workers: int, counts: bool) -> None:
    ids = sorted(low + high)
    assert read(FakeFetcher(ids, size, counts=counts), workers) == ids


def test_few_requests_and_few_pages_in_memory() -> None:
    ids = list(range(1, 50_001))
    fetcher = FakeFetcher(ids, 1000)
    assert read(fetcher, 4) == ids
    assert fetcher.requests <= 66
    assert fetcher.most_waiting <= 6


def test_large_gaps_do_not_cost_many_requests() -> None:
    generator = random.Random(3)
    ids = sorted({generator.randrange(10**12) for _ in range(500)} | set(range(1, 3000)) | set(range(10**12, 10**12 + 3000)))
    fetcher = FakeFetcher(ids, 500)
    assert read(fetcher, 4) == ids
    assert fetcher.requests < 120


def test_rows_that_appear_behind_the_end_are_read() -> None:
    fetcher = FakeFetcher(list(range(1, 1001)), 100)
    pool = RequestPool(3)
    got: list[int] = []
    for number, page in enumerate(KeyReader(fetcher, pool).pages()):  # type: ignore[arg-type]
        got.extend(row["id"] for row in page.rows)
        if number == 2:
            fetcher.ids.extend(range(1001, 1301))
    pool.close()
    assert got == list(range(1, 1301))


def test_requests_run_side_by_side(config: dict[str, Any], catalog: dict[str, Any], faults: Callable[..., None], stats: Callable[[], dict[str, Any]]) -> None:
    faults({"kind": "delay", "seconds": 0.3, "match": {"operation_regex": "accounts"}})
    started = time.monotonic()
    run = extract({**config, "page_size": 200, "parallel_requests": 8}, select(catalog, "accounts"))
    seconds = time.monotonic() - started
    assert run.ids("accounts") == list(range(1, 1246))
    requests = stats()["by_operation"]["accounts"]
    assert requests <= 18
    assert 4 <= stats()["max_concurrency"] <= 8
    assert seconds < 0.3 * requests
    assert stats()["connections_used"] <= 10


def test_the_next_stream_begins_before_the_last_one_ends(
    config: dict[str, Any], catalog: dict[str, Any], faults: Callable[..., None], stats: Callable[[], dict[str, Any]]
) -> None:
    """Several streams of a few pages each cost the latency of one: no request waits for another stream to be written."""
    faults({"kind": "delay", "seconds": 0.3, "match": {"path_regex": "graphql"}})
    run = extract({**config, "page_size": 50, "parallel_requests": 8}, select(catalog, "accounts", "notes"))
    assert run.order == ["accounts", "notes"]
    assert run.ids("accounts") == list(range(1, 1246))
    assert run.ids("notes") == list(range(1, 121))
    assert stats()["max_concurrency"] <= 8
    assert run.tap is not None
    # Largest id, ranges: twice the latency, if `notes` waited for its turn after its first page.
    assert run.tap.summary.results["notes"].seconds < 0.6


def test_small_streams_are_fetched_ahead(
    config: dict[str, Any], catalog: dict[str, Any], faults: Callable[..., None], stats: Callable[[], dict[str, Any]]
) -> None:
    faults({"kind": "delay", "seconds": 0.3, "match": {"path_regex": "graphql"}})
    names = ["account_statuses", "account_types", "account_groups", "companies", "services", "taxes", "users", "roles"]
    run = extract({**config, "parallel_requests": 8}, select(catalog, *names))
    assert all(len(run.records[name]) == 7 for name in names)
    assert stats()["max_concurrency"] >= 7
    assert stats()["requests"] == len(names)


def test_the_window_of_10_000_is_never_silent(config: dict[str, Any], catalog: dict[str, Any], sonar_settings: Callable[..., None], tmp_path: Any) -> None:
    from sandbox.sonar.server import SonarServer
    from sonar_runs import TOKEN, config_for
    from sonar_store import new_store

    path = tmp_path / "s.sqlite"
    new_store(str(path), 1, types={"Note": 10_777, "IpAssignment": 10_500}).close()
    for mode in ("error", "empty"):
        with SonarServer(database=path, token=TOKEN, window_mode=mode) as server:
            quick = config_for(server.url, page_size=5000)
            assert len(extract(quick, select(catalog, "notes")).records["notes"]) == 10_777


def test_relation_ids_are_complete(catalog: dict[str, Any], tmp_path: Any) -> None:
    from sandbox.sonar.server import SonarServer
    from sonar_runs import TOKEN, config_for
    from sonar_store import new_store

    path = tmp_path / "s.sqlite"
    connection = new_store(str(path), 3, types={"AccountGroup": 350})
    for target in range(350, 0, -1):
        connection.execute("INSERT INTO _relation VALUES ('Account', 2, 'account_groups', 'AccountGroup', ?)", (target,))
    connection.execute("INSERT INTO _relation VALUES ('Account', 3, 'account_groups', 'AccountGroup', 7)")
    connection.execute("INSERT INTO _relation VALUES ('AccountGroup', 7, 'accounts', 'Account', 3)")
    connection.execute('UPDATE "Account" SET archived_at = NULL WHERE id = 2')  # account 3 is archived
    connection.close()
    with SonarServer(database=path, token=TOKEN) as server:
        run = extract(config_for(server.url, page_size=120), select(catalog, "accounts"))
        groups = select(catalog, "account_groups")
        for entry in groups["streams"]:
            for item in entry["metadata"]:
                if entry["tap_stream_id"] == "account_groups" and item["breadcrumb"][-1:] == ["account_ids"]:
                    item["metadata"]["selected"] = True
        with_archived = extract(config_for(server.url), groups)
        without = extract(config_for(server.url, include_archived=False), groups)
    assert with_archived.records["account_groups"][6]["account_ids"] == [3]
    assert without.records["account_groups"][6]["account_ids"] == []
    assert [record["account_group_ids"] for record in run.records["accounts"]] == [[], list(range(1, 351)), [7]]


def test_pages_never_shrink_below_one_row() -> None:
    size = PageSize(4)
    assert size.halve(4)
    assert size.value == 2
    assert size.halve(4)
    assert size.value == 2
    assert size.halve(2)
    assert not size.halve(1)


def test_limiter_keeps_every_window() -> None:
    now = [0.0]
    sent: list[float] = []

    def wait(seconds: float) -> None:
        now[0] += seconds

    limiter = Limiter(10, clock=lambda: now[0], wait=wait)
    for _ in range(45):
        limiter.acquire()
        sent.append(now[0])
        now[0] += 0.5
    for start in sent:
        assert sum(start <= moment < start + 60 for moment in sent) <= 10
    limiter.pause(100)
    before = now[0]
    limiter.acquire()
    assert now[0] >= before + 100
    limiter.lower(5)
    assert limiter.requests_per_minute == 5
    limiter.lower(50)
    assert limiter.requests_per_minute == 5


def test_a_stopped_pool_ends_waits() -> None:
    pool = RequestPool(1)
    future = pool.submit(time.sleep, 1.0)
    threading.Timer(0.1, pool.stop, [15]).start()
    with pytest.raises(Stopped):
        pool.wait(30)
    with pytest.raises(Stopped):
        pool.result(future)
    pool.close()


def test_unsorted_answers_are_refused(config: dict[str, Any], catalog: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from tap_sonar import query

    monkeypatch.setattr(query, "by_id", lambda direction="ASC": [{"attribute": "id", "direction": "DESC"}])
    run = extract(config, select(catalog, "notes"))
    assert isinstance(run.error, StreamsFailedError)
    assert run.records["notes"] == []
    assert run.tap is not None
    assert "does not sort by id" in run.tap.summary.results["notes"].reason
    assert IncompleteError.__mro__[1].__name__ == "StreamError"
