"""Rows that can be read only owner by owner.

In: ids of some owners. Out: a `Page` with the rows of all of them, in as few requests as possible. Two kinds: roots
with a paginator and an owner (`transactions` by account), and measurements of an owner in a period (see series.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tap_sonar import errors, query
from tap_sonar.convert import Row
from tap_sonar.fetch import Page, StreamFetcher
from tap_sonar.settings import MAX_PAGE_SIZE


class OwnerFetcher(StreamFetcher):
    """Fetches the rows of some owners at a time."""

    period: tuple[str | None, str | None] = (None, None)
    """Measurements from (None: as far back as Sonar goes by itself, GUESS: unknown) and to (ISO 8601)."""

    def owners_page(self, owners: Sequence[int], size: int) -> Page:
        """All rows of some owners, page by page of `size` rows."""
        answer = self._ask_for(owners, 1, size)
        rows: list[Row] = []
        for index, owner in enumerate(owners):
            found = answer[f"o{index}"]["entities"]
            rows.extend(found)
            number = 1
            while len(found) >= size:
                number += 1
                if number * size > MAX_PAGE_SIZE:
                    raise errors.IncompleteError(
                        f"{self.definition.name} of {self.definition.owner} {owner} exceed {MAX_PAGE_SIZE} rows."
                    )
                found = self._ask_for([owner], number, size)["o0"]["entities"]
                rows.extend(found)
        return self._page_of(rows)

    def _ask_for(self, owners: Sequence[int], number: int, size: int) -> Any:
        text = query.owners_query(self.definition, self._fields, len(owners))
        return self._data(text, owners, {"paginator": query.page(number, size)})

    def _data(self, text: str, owners: Sequence[int], variables: dict[str, Any]) -> Any:
        numbers = {f"o{index}": owner for index, owner in enumerate(owners)}
        answer = self.client.query(text, {**numbers, **variables}, self.counts)
        if answer.errors:
            raise errors.classify(answer.errors)
        return answer.data

    def _page_of(self, rows: list[Row]) -> Page:
        if any(row is None for row in rows):
            raise errors.IncompleteError(f"Sonar cannot deliver some rows of {self.definition.name}.")
        self._converter.convert(rows)
        return self._finished(rows)

    def series_page(self, owners: Sequence[int]) -> Page:
        """The measurements of some owners in the period; of each by itself when Sonar refuses them together."""
        try:
            return self._page_of(list(self._measurements(owners)))
        except (errors.PageRefusedError, errors.QueryError) as error:
            if len(owners) == 1:
                if isinstance(error, errors.PageRefusedError):
                    raise
                return Page(0, full=False, lost=(f"all of {self.definition.owner} {owners[0]} ({error})",))
        half = len(owners) // 2
        return _together(self.series_page(owners[:half]), self.series_page(owners[half:]))

    def _measurements(self, owners: Sequence[int]) -> Iterator[Row]:
        start, end = self.period
        bounds = {name: value for name, value in (("start", start), ("end", end)) if value}
        data = self._data(query.series_query(self.definition, self._fields, len(owners)), owners, bounds)
        for index, owner in enumerate(owners):
            extra = {self._owner: owner} if self._owner in self.selected else {}
            for row in self._rows_in(data[f"o{index}"]):
                yield {**extra, **row} if row is not None else row

    def _rows_in(self, answer: Any) -> Iterator[Row]:
        path = self.definition.path
        if len(path) < 2:
            yield from (answer[path[0]] if path else answer) or () if answer else ()
            return
        for group in answer[path[0]] if answer else ():
            beside = {name: group[name] for name in self.definition.outer if name in group}
            yield from ({**beside, **row} for row in group[path[1]])

    @property
    def _owner(self) -> str:
        return self.definition.owner or ""


def _together(first: Page, second: Page) -> Page:
    return Page(
        first.count + second.count,
        full=False,
        rows=[*first.rows, *second.rows],
        lines=first.lines + second.lines,
        newest=max(filter(None, (first.newest, second.newest)), default=None),
        lost=(*first.lost, *second.lost),
    )
