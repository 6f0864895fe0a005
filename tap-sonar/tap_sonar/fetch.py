"""One page of one stream, whatever it takes.

In: which rows (a key range, a page number, or all). Out: a `Page` of finished records. Runs in worker threads.
Here a page is asked for again with fewer rows when it was too much, lists of relation ids are read to their
end, and rows that Sonar cannot deliver are told from those that it can.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tap_sonar import errors, query
from tap_sonar.client import Answer, Counts, SonarClient
from tap_sonar.convert import Converter, Row
from tap_sonar.definition import CONNECTION, LIST, StreamDefinition
from tap_sonar.files import CONTENTS, PATH, SHA256, FileContents
from tap_sonar.relations import Relation

SMALLEST_PAGE = 1
LIGHT_PAGE = 100
PARTIAL_RETRIES = 2

_PAGE_INFO_FAILED = re.compile(r"aggregat|does not exist|page_info|total_count", re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """Records of one request.

    count: records in this page; they are in `rows`, or in `lines` when a renderer turned them into messages.
    full: as many rows as were asked for, so that there may be more after `last_id`.
    newest: largest value of the replication key.
    total: rows of the whole question (page_info), when that was asked for.
    lost: what is known of rows that Sonar could not deliver.
    """

    count: int
    full: bool
    rows: list[Row] = field(default_factory=list)
    lines: bytes = b""
    first_id: int | None = None
    last_id: int | None = None
    newest: str | None = None
    total: int | None = None
    total_pages: int | None = None
    lost: tuple[str, ...] = ()


Render = Callable[[list[Row]], bytes]
"""Turns finished records into Singer messages; runs in the thread that fetched them."""


@dataclass
class PageSize:
    """Rows per request of one stream; shrinks for all of its threads."""

    value: int
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def halve(self, refused: int) -> bool:
        """Make pages smaller than `refused`; False when they cannot be."""
        with self._lock:
            if self.value < refused:
                return True
            if refused <= SMALLEST_PAGE:
                return False
            self.value = max(SMALLEST_PAGE, refused // 2)
            return True

    def reduce(self, size: int) -> None:
        """Make pages no larger than `size`."""
        with self._lock:
            self.value = min(self.value, size)


class StreamFetcher:
    """Fetches pages of one stream with a fixed selection and a fixed lower bound of `updated_at`."""

    def __init__(
        self,
        client: SonarClient,
        definition: StreamDefinition,
        selected: Collection[str],
        *,
        replication_key: str | None = None,
        changed_since: str | None = None,
        page_size: int | None = None,
        render: Render | None = None,
    ) -> None:
        """`changed_since` (ISO 8601) limits to rows whose replication key is at or after it; `page_size`
        overrides the setting.
        """
        self.client = client
        self.definition = definition
        self.selected = frozenset(selected)
        self.counts = Counts()
        self._replication_key = replication_key
        self._since = (replication_key, changed_since) if replication_key and changed_since else None
        self._render = render
        size = page_size or client.settings.page_size
        self._files: FileContents | None = None
        if {CONTENTS, PATH, SHA256} & set(selected):
            self._files = FileContents(client, self.counts, selected, client.log)
            size = min(size, self._files.rows_per_page)
        self.page_size = PageSize(size)
        asked = frozenset(selected) | ({replication_key} if replication_key else set())
        self._fields = query.selection(definition, asked, include_archived=client.settings.include_archived)
        self._converter = Converter(definition, asked, replication_key)
        self._relations = [
            relation for name, relation in definition.relations.items() if name in selected and relation.many
        ]
        self._page_info = definition.shape == CONNECTION and "paginator" in definition.arguments
        self._text = query.root_query(definition, self._fields, page_info=False)

    # -- what to read -------------------------------------------------------------------------------------------

    def key_page(self, after: int | None, until: int | None = None, *, first: bool = False) -> Page:
        """Rows with after < id <= until, ascending, at most a page."""
        while True:
            size = self.page_size.value
            variables = self._variables(
                search=query.key_search(after, until, self._since),
                sorter=query.by_id(),
                paginator=query.page(1, size),
            )
            try:
                page = self._page(variables, size, first=first, between=(after, until))
            except errors.PageRefusedError:
                if not self.page_size.halve(size):
                    raise
                continue
            except errors.RateLimitError:
                raise
            except errors.RetriableError:
                # Sonar answers, but not this: a page may be too heavy without Sonar saying so.
                if size <= LIGHT_PAGE:
                    raise
                self.page_size.reduce(LIGHT_PAGE)
                continue
            return page

    def numbered_page(self, number: int, size: int) -> Page:
        """Page `number` of a root that has a paginator, but nothing to sort or search by; always with its total."""
        return self._page(self._variables(paginator=query.page(number, size)), size, first=True)

    def everything(self) -> Page:
        """The rows of a root that takes no paginator; one row for a singleton."""
        return self._page(self._variables(), None, first=False)

    def largest_id(self) -> int | None:
        """The largest id at this moment."""
        text = query.root_query(self.definition, "id", page_info=False)
        answer = self.client.query(
            text,
            self._variables(
                search=query.key_search(None, None, self._since),
                sorter=query.by_id("DESC"),
                paginator=query.page(1, 1),
            ),
            self.counts,
        )
        rows = answer.data[self.definition.root_field]["entities"]
        return int(rows[0]["id"]) if rows and rows[0] else None

    # -- how ----------------------------------------------------------------------------------------------------

    def _variables(self, **given: Any) -> dict[str, Any]:
        variables = {name: value for name, value in given.items() if name in self.definition.arguments}
        if "include_archived" in self.definition.arguments:
            variables["include_archived"] = self.client.settings.include_archived
        return variables

    def _page(
        self,
        variables: dict[str, Any],
        size: int | None,
        *,
        first: bool,
        between: tuple[int | None, int | None] | None = None,
    ) -> Page:
        can_ask_less = between is not None and size is not None and size > SMALLEST_PAGE
        answer, info = self._ask(variables, first=first, can_ask_less=can_ask_less)
        rows, bad = self._split(answer)
        for _ in range(PARTIAL_RETRIES):
            if not bad:
                break
            answer, info = self._ask(variables, first=first, can_ask_less=can_ask_less)
            rows, bad = self._split(answer)
        count = len(rows) + len(bad)
        last_id = int(rows[-1]["id"]) if rows and "id" in self.definition.properties else None
        lost: tuple[str, ...] = ()
        full = size is not None and count >= size
        if bad:
            rows, last_id, lost = self._rescue(rows, bad, variables, answer.errors, full=full)
        self._converter.convert(rows)
        if between is not None:
            _check_order(rows, *between)
        self._complete_relations(rows)
        if self._files is not None:
            self._files.add(rows)
        return self._finished(
            rows,
            full=full,
            first_id=rows[0]["id"] if rows and last_id is not None else None,
            last_id=last_id,
            total=info.get("total_count"),
            total_pages=info.get("total_pages"),
            lost=lost,
        )

    def _finished(self, rows: list[Row], *, full: bool = False, **known: Any) -> Page:
        """A page of converted rows, rendered when that is wanted."""
        newest = None
        if self._replication_key is not None:
            newest = max((row[self._replication_key] for row in rows if row[self._replication_key]), default=None)
        rendered = self._render(rows) if self._render is not None and rows else b""
        return Page(len(rows), full, [] if self._render is not None else rows, rendered, newest=newest, **known)

    def _ask(
        self, variables: Mapping[str, Any], *, first: bool, can_ask_less: bool = False
    ) -> tuple[Answer, Mapping[str, Any]]:
        """The answer, and its page_info if this is the first page and the root can tell."""
        if first and self._page_info:
            try:
                text = query.root_query(self.definition, self._fields, page_info=True)
                answer = self.client.query(text, variables, self.counts, can_ask_less=can_ask_less)
                return answer, answer.data[self.definition.root_field].get("page_info") or {}
            except errors.StreamError as error:
                # Some roots cannot count (research/sonar-api.md "HTTP status and errors"): read without counting.
                if not _PAGE_INFO_FAILED.search(str(error)):
                    raise
                self._page_info = False
        return self.client.query(self._text, variables, self.counts, can_ask_less=can_ask_less), {}

    def _split(self, answer: Answer) -> tuple[list[Row], list[int]]:
        """Good rows and the positions of bad ones: null, or named by the path of an error."""
        value = answer.data.get(self.definition.root_field)
        if value is None and answer.errors:
            raise errors.classify(answer.errors)
        if self.definition.shape == CONNECTION:
            items: Sequence[Any] = value["entities"] or () if value else ()
        elif self.definition.shape == LIST:
            items = value or ()
        else:
            items = [value] if value is not None else ()
        bad: set[int] = {index for index, item in enumerate(items) if item is None}
        for error in answer.errors:
            path = error.get("path") if isinstance(error, Mapping) else None
            index = next((step for step in path or () if type(step) is int), None)
            if index is None:
                if path and "page_info" in path:
                    continue
                raise errors.classify(answer.errors)
            bad.add(index)
        if not bad:
            return list(items), []
        return [item for index, item in enumerate(items) if index not in bad], sorted(bad)

    def _rescue(
        self, good: list[Row], bad: list[int], variables: Mapping[str, Any], problems: Sequence[Any], *, full: bool
    ) -> tuple[list[Row], int | None, tuple[str, ...]]:
        """Find out which rows are bad, so that reading goes on after them: good rows, last id, what is lost."""
        reason = errors.one_line("; ".join(dict.fromkeys(errors.messages(problems)))) or "no reason given"
        if not self.definition.by_key:
            return good, None, (f"{len(bad)} unknown rows ({reason})",)
        answer = self.client.query(query.root_query(self.definition, "id", page_info=False), variables, self.counts)
        items = answer.data[self.definition.root_field]["entities"]
        if not answer.errors and all(item is not None for item in items):
            ids = [int(item["id"]) for item in items]
            known = {int(row["id"]) for row in good}
            lost = tuple(
                f"id {row_id} ({_reason(problems, index, reason)})"
                for index, row_id in enumerate(ids)
                if row_id not in known
            )
            return good, ids[-1] if ids else None, lost
        # Not even the ids come: only the neighbours can be named.
        if not good and full:
            raise errors.IncompleteError(f"Sonar cannot deliver a whole page of rows ({reason}).")
        # Rows at the end of a full page are those at the beginning of the next one, which starts after the last id.
        end = len(good) + len(bad)
        while full and end - 1 in bad:
            end -= 1
        lost = tuple(f"{_place(good, bad, index)} ({_reason(problems, index, reason)})" for index in bad if index < end)
        return good, int(good[-1]["id"]) if good else None, lost

    def _complete_relations(self, rows: list[Row]) -> None:
        for relation in self._relations:
            for row in rows:
                ids = row[relation.property_name]
                if len(ids) >= query.NESTED_PAGE_SIZE:
                    row[relation.property_name] = self._all_ids(int(row["id"]), relation, ids)

    def _all_ids(self, row_id: int, relation: Relation, ids: list[int]) -> list[int]:
        settings = self.client.settings
        text = query.rest_of_relation_query(self.definition, relation, include_archived=settings.include_archived)
        size = max(query.NESTED_PAGE_SIZE, settings.page_size)
        while True:
            variables = {
                "search": query.id_search(row_id),
                "rest": query.key_search(ids[-1]),
                "paginator": query.page(1, size),
            }
            answer = self.client.query(text, variables, self.counts)
            if answer.errors:
                raise errors.classify(answer.errors)
            rows = answer.data[self.definition.root_field]["entities"]
            more = [int(item["id"]) for item in rows[0][relation.field]["entities"]] if rows and rows[0] else []
            if more and more[0] <= ids[-1]:
                raise errors.IncompleteError(
                    f"Sonar does not sort {relation.field} by id: they cannot be read completely."
                )
            ids = ids + more
            if len(more) < size:
                return ids


def _place(good: list[Row], bad: list[int], index: int) -> str:
    """Where a row without an id lies: between the ids of its neighbours in the page."""
    before = index - sum(other < index for other in bad)
    below = f"after id {good[before - 1]['id']}" if before else "at the beginning of a page"
    return f"a row {below}" + (f" and before id {good[before]['id']}" if before < len(good) else "")


def _reason(problems: Sequence[Any], index: int, otherwise: str) -> str:
    """The message of the error whose path names the row at `index`."""
    for problem in problems:
        if isinstance(problem, Mapping) and index in (problem.get("path") or ()):
            return errors.one_line(str(problem.get("message")))
    return otherwise


def _check_order(rows: list[Row], after: int | None, until: int | None) -> None:
    """Paging by key is only as good as the server's sorting and searching."""
    last = after
    for row in rows:
        if last is not None and row["id"] <= last:
            raise errors.IncompleteError("Sonar does not sort by id, so that the rows cannot be read completely.")
        last = row["id"]
    if until is not None and last is not None and last > until:
        raise errors.IncompleteError("Sonar does not search by id as asked, so that the rows cannot be read safely.")
