"""What runs did, from the ledger: per model, per section, per run.

In: the ledger's runs (`summary` and `settings` parsed). Out: `Work`, `Ran`, `Skip`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from target_splynx.ledger.entries import decode
from target_splynx.ledger.outcomes import planned_in
from target_splynx.ledger.store import Ledger
from target_splynx.ledger.tables import records
from target_splynx.ledger.tables import runs as table
from target_splynx.ledger.undoings import ROLLBACK_OF
from target_splynx.modelling.model import SECTIONS
from target_splynx.report.content import Ran, Skip, Work

_WRITES = ("created", "changed", "ended", "deleted", "adopted")
_ROWS = ("read", "unchanged", "skipped", "rejected", "blocked")


def all_runs(ledger: Ledger) -> list[dict[str, Any]]:
    """Every run, the first one first."""
    with ledger.engine.connect() as connection:
        rows = connection.execute(sa.select(table).order_by(table.c.id)).mappings()
        return [
            {**row, "settings": decode(row["settings"] or "{}"), "summary": decode(row["summary"] or "{}")}
            for row in rows
        ]


def ran(run: Mapping[str, Any]) -> Ran:
    """A run in one line."""
    rows = run["summary"].get("rows", [])
    return Ran(
        number=int(run["id"]),
        kind=_kind(run),
        state=str(run["state"]),
        started_at=str(run["started_at"]),
        finished_at=str(run["finished_at"] or ""),
        written=sum(int(row.get(name, 0)) for row in rows for name in _WRITES[:4]),
        rejected=sum(int(row.get("rejected", 0)) + int(row.get("blocked", 0)) for row in rows),
        requests=int(run["summary"].get("requests", 0)),
        seconds=float(run["summary"].get("seconds", 0)),
    )


def _kind(run: Mapping[str, Any]) -> str:
    if ROLLBACK_OF in run["settings"]:
        return f"rollback of run {run['settings'][ROLLBACK_OF]}"
    return "dry run" if run["dry_run"] else "run"


def work_of(run: Mapping[str, Any], held: Mapping[str, int]) -> list[Work]:
    """What one run did, per model in load order."""
    found = []
    for row in run["summary"].get("rows", []):
        work = _work(str(row["model"]), held)
        _add(work, row, (*_WRITES, *_ROWS))
        _time(work, row)
        work.to_write, work.problem = _to_write(row), str(row.get("problem") or "")
        found.append(work)
    return found


def work_of_all(ledger: Ledger, runs: Iterable[Mapping[str, Any]], held: Mapping[str, int]) -> list[Work]:
    """The whole migration, per model: writes and seconds of all runs, rows as the newest run saw them."""
    newest = planned_in(ledger)
    found: dict[str, Work] = {}
    for run in runs:
        for row in run["summary"].get("rows", []):
            name = str(row["model"])
            work = found.setdefault(name, _work(name, held))
            _add(work, row, _WRITES)
            if newest.get(name) == run["id"]:
                _add(work, row, _ROWS)
                work.problem = str(row.get("problem") or "")
                work.to_write = _to_write(row) if run["dry_run"] else 0
            _time(work, row)
    for name in held.keys() - found.keys():
        found[name] = _work(name, held)
    order = {name: number for number, name in enumerate(SECTIONS)}
    return sorted(found.values(), key=lambda work: order.get(work.section, len(order)))


def held_in_splynx(ledger: Ledger) -> int:
    """Records that live in Splynx; one that several models wrote counts once."""
    each = (
        sa.select(records.c.resource, records.c.splynx_id, records.c.path).where(records.c.state == "live").distinct()
    )
    with ledger.engine.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(each.subquery())).scalar() or 0)


def sections_of(models: Sequence[Work]) -> list[Work]:
    """Sums per section, in order."""
    found: dict[str, Work] = {}
    for work in models:
        total = found.setdefault(work.section, Work(work.section, work.section))
        for name in (*_WRITES, *_ROWS, "to_write", "held"):
            setattr(total, name, getattr(total, name) + getattr(work, name))
        total.seconds = round(total.seconds + work.seconds, 1)
    return list(found.values())


def skips_of(rows: Iterable[Mapping[str, Any]]) -> list[Skip]:
    """Rules by which rows are left out, the most frequent first."""
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        for rule, number in row.get("skip_rules", {}).items():
            counted[str(row["model"]), str(rule)] += int(number)
    found = [Skip(model, rule, number) for (model, rule), number in counted.items()]
    return sorted(found, key=lambda skip: (-skip.number, skip.model, skip.rule))


def newest_rows(ledger: Ledger, runs: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The summary of each model in the newest run that planned it."""
    newest = planned_in(ledger)
    return [row for run in runs for row in run["summary"].get("rows", []) if newest.get(str(row["model"])) == run["id"]]


def _work(model: str, held: Mapping[str, int]) -> Work:
    return Work(model, model.split("/")[0], held=held.get(model, 0))


def _add(work: Work, row: Mapping[str, Any], names: Iterable[str]) -> None:
    for name in names:
        setattr(work, name, getattr(work, name) + int(row.get(name, 0)))


def _time(work: Work, row: Mapping[str, Any]) -> None:
    work.seconds = round(work.seconds + float(row.get("seconds", 0)), 1)


def _to_write(row: Mapping[str, Any]) -> int:
    return int(row.get("to_create", 0)) + int(row.get("to_change", 0))
