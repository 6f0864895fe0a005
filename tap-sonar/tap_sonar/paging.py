"""All pages of a stream, in order, several requests at a time.

In: a `StreamFetcher` and a `RequestPool`. Out: pages in id order. Rows are found by key (id > last, always page
1), never by page number, because page numbers drift while data changes and end at a window of 10,000 rows
(research/sonar-api.md "Pagination"). To have several pages in flight the ids still to come are cut into ranges
of about one page each; the last range is open, so that rows that appear during the run are read too. At most
`workers` + 1 pages wait in memory. While a stream comes to its end, the next ones take over the requests that it leaves
unused (`advance`), so that Sonar's latency is paid once and not once per stream.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass

from tap_sonar.definition import CONNECTION, SERIES
from tap_sonar.errors import IncompleteError
from tap_sonar.fetch import Page, StreamFetcher
from tap_sonar.owners import OwnerFetcher
from tap_sonar.pool import RequestPool
from tap_sonar.settings import MAX_PAGE_SIZE

FILL = 0.9
"""Part of a page that a range should fill: a range that overflows costs another request."""
OWNERS_PER_REQUEST = 20
"""Aliases in one request; known clients send five and more (research/sonar-api.md "Rate limit, size, depth, time")."""
SERIES_OWNERS_PER_REQUEST = 5
"""Measurements of a month are thousands of rows per owner."""
MOST_CHANGE = 4.0
"""How much the width of ranges may change from one page to the next."""


class Reader:
    """Reads one stream; `start` may be called early, to have the first page under way."""

    def __init__(self, fetcher: StreamFetcher, pool: RequestPool) -> None:
        """Nothing is sent before `start` or `pages`."""
        self.fetcher = fetcher
        self.pool = pool
        self.total: int | None = None
        self.note = ""
        """What the user should know although the stream is as complete as Sonar lets it be."""
        self._first: Future[Page] | None = None

    def start(self) -> None:
        """Send the request for the first page."""
        if self._first is None:
            self._first = self._submit_first()

    def pages(self) -> Iterator[Page]:
        """All pages, in order."""
        self.start()
        assert self._first is not None  # noqa: S101
        first, self._first = self.pool.result(self._first), None
        self.total = first.total
        yield first
        yield from self._rest(first)

    @property
    def under_way(self) -> int:
        """Pages after the first that were asked for and not yet taken."""
        return 0

    def advance(self, spare: int) -> int:  # noqa: ARG002
        """Without waiting, ask for up to `spare` pages after the first; how many that were."""
        return 0

    def cancel(self) -> None:
        """Forget what is under way."""
        if self._first is not None:
            self._first.cancel()
            self._first = None

    def _submit_first(self) -> Future[Page]:
        return self.pool.submit(self.fetcher.everything)

    def _rest(self, first: Page) -> Iterator[Page]:  # noqa: ARG002
        yield from ()


class NumberReader(Reader):
    """Roots with a paginator, but without search or sorter: by page number, up to Sonar's window."""

    def __init__(self, fetcher: StreamFetcher, pool: RequestPool) -> None:
        """The page size cannot change on the way: pages would no longer meet."""
        super().__init__(fetcher, pool)
        self.size = fetcher.page_size.value

    def _submit_first(self) -> Future[Page]:
        return self.pool.submit(self.fetcher.numbered_page, 1, self.size)

    def _rest(self, first: Page) -> Iterator[Page]:
        page, number, rows = first, 1, first.count
        last_number = MAX_PAGE_SIZE // self.size
        while page.full and number != first.total_pages:
            number += 1
            if number > last_number:
                raise IncompleteError(
                    f"more than {rows} rows, and this collection can be read by page number only, which Sonar ends at "
                    f"{MAX_PAGE_SIZE} rows."
                )
            page = self.pool.result(self.pool.submit(self.fetcher.numbered_page, number, self.size))
            rows += page.count
            self.total = page.total if page.total is not None else self.total
            yield page
        if self.total is not None and rows < self.total:
            raise IncompleteError(f"{rows} rows came, but Sonar counts {self.total}.")


class OwnerReader(NumberReader):
    """Roots that take an owner and a paginator, and nothing else (`transactions` by account).

    What fits into Sonar's window is read by page number. If it does not fit, or if rows came or went meanwhile so
    that pages drifted, the owners are read by key, and then their rows, some owners per request.
    """

    def __init__(self, fetcher: OwnerFetcher, owners: StreamFetcher, pool: RequestPool) -> None:
        """`owners` fetches the ids of the owners."""
        super().__init__(fetcher, pool)
        self._fetcher = fetcher
        self._owners = KeyReader(owners, pool)

    def _rest(self, first: Page) -> Iterator[Page]:
        if not first.full:
            return
        if first.total is not None and first.total <= MAX_PAGE_SIZE:
            try:
                yield from super()._rest(first)
            except IncompleteError:
                drifted = True
            else:
                drifted = self.total != first.total
            if not drifted:
                return
        rows = 0
        for page in self._by_owner():
            rows += page.count
            yield page
        counted = self.pool.result(self.pool.submit(self.fetcher.numbered_page, 1, 1)).total
        if first.total is not None and counted is not None and rows < min(first.total, counted):
            missing = min(first.total, counted) - rows
            self.note = f"{missing} rows name no {self.fetcher.definition.owner} that can be read"

    def _by_owner(self) -> Iterator[Page]:
        def ask(owners: list[int]) -> Future[Page]:
            return self.pool.submit(self._fetcher.owners_page, owners, self.size)

        return _portions(self._owners, self.pool, ask, OWNERS_PER_REQUEST)


class SeriesReader(Reader):
    """Measurements: the owners by key, and theirs in a period, some owners per request."""

    def __init__(self, fetcher: OwnerFetcher, owners: StreamFetcher, pool: RequestPool) -> None:
        """`owners` fetches the ids of the owners."""
        super().__init__(fetcher, pool)
        self._fetcher = fetcher
        self._owners = KeyReader(owners, pool)

    def start(self) -> None:
        """Send the request for the first owners."""
        self._owners.start()

    def pages(self) -> Iterator[Page]:
        """All pages, in the order of the owners."""

        def ask(owners: list[int]) -> Future[Page]:
            return self.pool.submit(self._fetcher.series_page, owners)

        return _portions(self._owners, self.pool, ask, SERIES_OWNERS_PER_REQUEST)

    def cancel(self) -> None:
        """Forget what is under way."""
        self._owners.cancel()


def _portions(owners: Reader, pool: RequestPool, ask: Callable[[list[int]], Future[Page]], size: int) -> Iterator[Page]:
    """The pages that `ask` gets for `size` owners at a time, in order."""
    under_way: deque[Future[Page]] = deque()
    for page in owners.pages():
        ids = [row["id"] for row in page.rows]
        for start in range(0, len(ids), size):
            under_way.append(ask(ids[start : start + size]))
            if len(under_way) > pool.workers:
                yield pool.result(under_way.popleft())
    while under_way:
        yield pool.result(under_way.popleft())


@dataclass
class _Range:
    """Ids after < id <= until (None: open). `page` is under way once it is set."""

    after: int
    until: int | None
    page: Future[Page] | None = None


class KeyReader(Reader):
    """Roots with search and sorter: by id."""

    def __init__(self, fetcher: StreamFetcher, pool: RequestPool) -> None:
        """Nothing is known of the ids before the first page."""
        super().__init__(fetcher, pool)
        self._ranges: deque[_Range] | None = None
        self._largest: Future[int | None] | None = None
        self._end: int | None = None
        """The largest id when it was asked for; None when ranges are not cut."""
        self._width = 1

    def _submit_first(self) -> Future[Page]:
        return self.pool.submit(lambda: self.fetcher.key_page(None, first=True))

    @property
    def under_way(self) -> int:
        """Pages after the first that were asked for and not yet taken."""
        return sum(item.page is not None for item in self._ranges or ())

    def advance(self, spare: int) -> int:
        """Without waiting, ask for up to `spare` pages after the first (0: get ready for it); how many that were."""
        future = self._first
        if future is None or not future.done() or future.cancelled() or future.exception() is not None:
            return 0
        first = future.result()
        if not first.full or first.last_id is None:
            return 0
        if self._ranges is None:
            self._plan(first)
        if self._largest is not None:
            if not self._largest.done() or self._largest.exception() is not None:
                return 0
            self._measure(first)
        return self._fill(spare)

    def cancel(self) -> None:
        """Forget what is under way."""
        super().cancel()
        for unread in self._ranges or ():
            if unread.page is not None:
                unread.page.cancel()
        self._ranges = None

    def _rest(self, first: Page) -> Iterator[Page]:
        if not first.full or first.last_id is None:
            return
        if self._ranges is None:
            self._plan(first)
        if self._largest is not None:
            self._measure(first)
        ranges = self._ranges
        assert ranges is not None  # noqa: S101
        while ranges:
            self._fill(self.pool.workers + 1 - self.under_way)
            current = ranges.popleft()
            assert current.page is not None  # noqa: S101
            page = self.pool.result(current.page)
            self._width = self._next_width(self._width, current, page)
            if page.full and page.last_id is not None and page.last_id != current.until:
                ranges.appendleft(_Range(page.last_id, current.until))
            # The next requests are on their way while this page is being written.
            self._fill(self.pool.workers + 1 - self.under_way)
            if page.count or page.lost:
                yield page

    def _plan(self, first: Page) -> None:
        """One open range, to be cut when there is more than a page and someone to read side by side."""
        assert first.last_id is not None  # noqa: S101
        self._ranges = deque([_Range(first.last_id, None)])
        remaining = None if first.total is None else first.total - first.count
        if self.pool.workers > 1 and (remaining is None or remaining > self.fetcher.page_size.value):
            self._largest = self.pool.submit(self.fetcher.largest_id)

    def _measure(self, first: Page) -> None:
        """How wide a range is that fills a page."""
        assert first.last_id is not None  # noqa: S101
        assert self._largest is not None  # noqa: S101
        self._end = self.pool.result(self._largest) or first.last_id
        self._largest = None
        size = self.fetcher.page_size.value
        remaining = None if first.total is None else first.total - first.count
        if remaining and self._end > first.last_id:
            self._width = max(1, int((self._end - first.last_id) / remaining * size * FILL))
        else:
            spread = first.last_id - first.first_id + 1 if first.first_id is not None else size
            self._width = max(1, int(spread / max(1, first.count) * size * FILL))

    def _fill(self, spare: int) -> int:
        """Send requests for the first ranges without one, at most `spare`, cutting wide ones; how many were sent."""
        ranges = self._ranges if self._ranges is not None else deque()
        sent = position = 0
        while sent < spare and position < len(ranges):
            item = ranges[position]
            if item.page is None:
                end = self._end if item.until is None else item.until
                if self._end is not None and end is not None and item.after + self._width < end:
                    ranges.insert(position + 1, _Range(item.after + self._width, item.until))
                    item.until = item.after + self._width
                item.page = self.pool.submit(self.fetcher.key_page, item.after, item.until)
                sent += 1
            position += 1
        return sent

    def _next_width(self, width: int, done: _Range, page: Page) -> int:
        """A width that fills a page, judged by the range just read."""
        goal = self.fetcher.page_size.value * FILL
        end = page.last_id if page.full else done.until
        if end is None:
            return width
        density = page.count / max(1, end - done.after)
        wanted = goal / density if density else width * MOST_CHANGE
        return max(1, int(min(max(wanted, width / MOST_CHANGE), width * MOST_CHANGE)))


def reader_for(fetcher: StreamFetcher, pool: RequestPool, owners: StreamFetcher | None = None) -> Reader:
    """The reader that the root's arguments allow; `owners` fetches the ids of the rows' owners."""
    definition = fetcher.definition
    if definition.by_key:
        return KeyReader(fetcher, pool)
    if owners is not None and isinstance(fetcher, OwnerFetcher):
        kind = SeriesReader if definition.shape == SERIES else OwnerReader
        return kind(fetcher, owners, pool)
    if definition.shape == CONNECTION and "paginator" in definition.arguments:
        return NumberReader(fetcher, pool)
    return Reader(fetcher, pool)
