"""The summary in words: what was done, whether it may be trusted, what is left to do.

In: a `Report` whose other parts are filled. Out: sentences with a state.
"""

from __future__ import annotations

from collections.abc import Iterator

from target_splynx.report.content import LOOK, NONE, OK, Report, Sentence


def sentences(report: Report) -> list[Sentence]:
    """In the order of their weight for somebody who reads nothing else."""
    found = [*_done(report), *_refused(report)]
    if report.run is None:
        found += [*_money(report), *_verified(report), *_accounts(report), *_findings(report), *_handwork(report)]
    return found


def number(count: int, one: str, many: str | None = None) -> str:
    """`1 row`, `2,000 rows`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _done(report: Report) -> Iterator[Sentence]:
    written = sum(run.written for run in report.runs)
    if report.run is None:
        runs = number(len(report.runs), "run")
        seconds = sum(run.seconds for run in report.runs)
        yield Sentence(OK, f"{runs} made {number(written, 'write')} in {duration(seconds)}. Splynx holds "
                           f"{number(report.held, 'record')} of this migration now.")  # fmt: skip
    else:
        run = report.runs[0]
        planned = sum(work.to_write for work in report.models)
        what = f"planned {number(planned, 'write')} and wrote nothing" if run.kind == "dry run" else (
            f"made {number(written, 'write')}")  # fmt: skip
        state = OK if run.state in {"done", "planned"} else LOOK
        told = "" if state == OK else f" It is {run.state}: a part of the work may be left."
        yield Sentence(state, f"The {run.kind} {what} in {duration(run.seconds)}, {run.requests:,} requests.{told}")
    for work in report.models:
        if work.problem:
            yield Sentence(LOOK, f"{work.name} could not be planned: {work.problem}")


def _refused(report: Report) -> Iterator[Sentence]:
    rejected = sum(row.state == "rejected" for row in report.refused)
    waiting = len(report.refused) - rejected
    if not report.refused:
        yield Sentence(OK, "No row was rejected.")
        return
    reasons = len({row.reason for row in report.refused if row.state == "rejected"})
    told = f"; {number(waiting, 'row waits', 'rows wait')} for one of them" if waiting else ""
    yield Sentence(LOOK, f"{number(rejected, 'row was', 'rows were')} rejected for {number(reasons, 'reason')}{told}.")


def _money(report: Report) -> Iterator[Sentence]:
    money = report.money
    if money is None:
        yield Sentence(NONE, "The money was not reconciled yet: `splynx-migration reconcile`.")
        return
    open_ones = sum(not each.explained for each in money.differences)
    explained = len(money.differences) - open_ones
    state = OK if money.clean and not money.stale and money.complete else LOOK
    told = f"{number(money.compared, 'customer')} were compared on {money.day}: "
    told += (
        "no difference" if not money.differences else f"{number(explained, 'difference')} explained, {open_ones:,} not"
    )
    if not money.complete:
        told += f"; the next charge was looked at for {money.previews:,} of {money.previews_wanted:,}"
    if money.stale:
        told += "; something was written since, so reconcile again"
    yield Sentence(state, f"Money: {told}.")


def _verified(report: Report) -> Iterator[Sentence]:
    verified = report.verified
    if verified is None:
        yield Sentence(NONE, "Splynx was not read back yet: `splynx-migration verify`.")
        return
    fields = sum(counts["fields"] for counts in verified.resources.values())
    told = "all as they were applied" if verified.clean else f"{number(len(verified.differences), 'difference')}"
    if verified.unreadable:
        told += f", {number(len(verified.unreadable), 'resource')} could not be read"
    since = "; something was written since, so verify again" if verified.stale else ""
    state = OK if verified.clean and not verified.stale else LOOK
    yield Sentence(state, f"Read back on {verified.at[:10]}: {number(fields, 'field')}, {told}{since}.")


def _accounts(report: Report) -> Iterator[Sentence]:
    if "accounting" in report.notes:
        yield Sentence(NONE, f"The rows could not be accounted for: {report.notes['accounting']}")
        return
    read = sum(account.read for account in report.accounts)
    lost = sum(account.counts.get("unaccounted", 0) for account in report.accounts)
    if lost or not all(account.balanced for account in report.accounts):
        yield Sentence(LOOK, f"{number(lost, 'row')} of {read:,} cannot be accounted for.")
    else:
        yield Sentence(OK, f"Every one of {number(read, 'row')} that were read is accounted for.")


def _findings(report: Report) -> Iterator[Sentence]:
    if "quality" in report.notes:
        yield Sentence(NONE, f"The data was not checked: {report.notes['quality']}")
        return
    grave = [each for each in report.findings if each.number and each.severity in {"blocker", "error"}]
    rows = sum(each.number for each in grave if not each.accepted)
    failed = sum(bool(each.problem) for each in report.findings)
    told = f"; {number(failed, 'check')} could not run" if failed else ""
    if rows or failed:
        yield Sentence(LOOK, f"Quality of the source: {number(rows, 'grave finding')}{told}.")
    elif report.findings:
        yield Sentence(OK, f"Quality of the source: {number(len(report.findings), 'check')}, nothing grave.")


def _handwork(report: Report) -> Iterator[Sentence]:
    if report.handwork is None:
        yield Sentence(NONE, "What is made by hand was not listed yet: `splynx-migration handwork`.")
    elif report.handwork.left:
        yield Sentence(LOOK, f"{number(report.handwork.left, 'thing is', 'things are')} left to make by hand.")
    else:
        yield Sentence(OK, "Nothing is left to make by hand.")


def duration(seconds: float) -> str:
    """`42 s`, `3 min 5 s`, `2 h 10 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
