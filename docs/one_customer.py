"""Writes docs/guides/one-customer.md: one customer with everything, followed from Sonar's rows to Splynx's answers.

In: the customer of `sandbox.data.showcase`, moved by tap and target between the two sandboxes. Out: the page; what
stands in it is what Splynx answered. `python docs/one_customer.py` writes it; a test compares it.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from one_customer_steps import STEPS, Answer

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "guides" / "one-customer.md"
Ask = Callable[[str], Any]
"""A path of Splynx's API → its answer."""

HEAD = """<!-- Written by `python docs/one_customer.py` from what Splynx answered. -->

# One customer, followed

A brewery with everything that a migration can meet, in a small provider's Sonar
(`python -m sandbox generate --showcase` makes it). Tap and target move it, and its child account, with

    TARGET_SPLYNX_PILOT_ACCOUNTS='[9001, 9002]' TARGET_SPLYNX_PACKAGES=bundle \\
    TARGET_SPLYNX_TIMEZONE=America/Chicago TARGET_SPLYNX_CUTOVER_DATE=2026-11-15 \\
    TAP_SONAR_FILE_CONTENTS=true meltano run tap-sonar target-splynx

into a fresh Splynx in which one thing was made by hand: the tax of 3 % that [handwork](handwork.md) asks for. Nothing
is rejected, no row of the two accounts is left over ([accounting](accounting.md)), a second run writes nothing.

Below stand Sonar's rows and then what Splynx answers when it is asked. Of each answer the fields are shown that a model
sets or that follow from them; `…` says how many more it had. Amounts are cents in Sonar, decimals in Splynx; times are
UTC in Sonar, the provider's in Splynx. The whole mapping, field by field, is [here](../migration_mapping.md).
"""


def page(database: Path, ask: Ask) -> str:
    """The page. `database`: Sonar's store."""
    ids = numbers(ask)
    parts = [HEAD]
    with sqlite3.connect(database) as store:
        store.row_factory = sqlite3.Row
        for step in STEPS:
            lines = [f"## {step.title}\n", f"{step.text}\n", "Sonar:\n", "```json"]
            for query in step.sonar:
                lines += [_json({k: row[k] for k in row.keys() if row[k] is not None}) for row in store.execute(query)]  # noqa: SIM118
            lines += ["```\n", "Splynx:\n"]
            for answer in step.splynx:
                path = answer.path.format(**ids)
                lines += ["```json", f"GET {path}", *shown(answer, ask(path)), "```\n"]
            parts.append("\n".join(lines))
    return "\n".join(parts)


def numbers(ask: Ask) -> dict[str, int]:
    """What Splynx calls the records that others are asked for by."""
    customers = {row["additional_attributes"]["sonar_id"]: row["id"] for row in ask("admin/customers/customer")}
    ids = {"customer": customers["9001"], "child": customers["9002"]}
    ids["ticket"] = ask("admin/support/tickets")[0]["id"]
    ids["task"] = ask("admin/scheduling/tasks")[0]["id"]
    lines = ask(f"admin/customers/customer/{ids['customer']}/internet-services")
    ids["tariff"] = next(row["tariff_id"] for row in lines if row["login"] == "driftwater-2")
    return ids


def shown(answer: Answer, got: Any) -> list[str]:
    """Each record of the answer on its own lines, shortened to the fields of the step."""
    found = []
    for row in got if isinstance(got, list) else [got]:
        lines = [f"  {_json(name)}: {_json(row[name])}" for name in answer.fields]
        kept = row.get("additional_attributes") or {}
        if answer.additional:
            lines.append(f'  "additional_attributes": {_json({name: kept[name] for name in answer.additional})}')
        left = len(row) - len(answer.fields) - bool(answer.additional)
        more = f",\n  … {left} more" if left else ""
        found.append("{\n" + ",\n".join(lines) + more + "\n}")
    return found


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def main() -> None:
    """Move the customer, and write the page."""
    sys.path.insert(0, str(ROOT / "tests" / "target_splynx"))
    from one_customer_load import moved

    with tempfile.TemporaryDirectory() as name, moved(Path(name)) as (migration, _):
        text = page(Path(name) / "sonar.sqlite", lambda path: migration.splynx.call("GET", path))
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
