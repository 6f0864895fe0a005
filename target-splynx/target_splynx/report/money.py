"""The last reconciliation, as the report shows it.

In: what `reconcile` kept in the workspace. Out: `Money`; None when nobody reconciled yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from target_splynx.reconcile.amounts import shown
from target_splynx.reconcile.compare import BUCKETS
from target_splynx.reconcile.result import CHECKS, COUNTED
from target_splynx.reconcile.saved import latest
from target_splynx.report.content import Money, MoneyDifference, MoneyLine

_AGEING = {f"open invoices, {name}": name for name in BUCKETS}


def money_of(workspace: Path, *, last_run: int, plain: Callable[[str], str] | None = None) -> Money | None:
    """`last_run`: the run that wrote last; `plain`: takes what is particular out of a text, and names are left out."""
    kept = latest(workspace)
    if kept is None:
        return None
    exponent = int(kept["currency_exponent"])
    lines = [_line(figure, exponent) for figure in kept["sums"]]
    return Money(
        at=str(kept["at"]),
        day=str(kept["day"]),
        strategy=str(kept["strategy"]),
        compared=int(kept["compared"]),
        clean=bool(kept["clean"]),
        complete=bool(kept["complete"]),
        previews=int(kept["previews"]),
        previews_wanted=int(kept["previews_wanted"]),
        stale=kept["fingerprint"].get("run") != last_run,
        sums=[line for line in lines if line.name not in _AGEING.values()],
        ageing=[line for line in lines if line.name in _AGEING.values()],
        differences=[
            _difference(each, exponent, plain)
            for each in sorted(kept["differences"], key=lambda each: (each["explained"], each["check"]))
        ],
    )


def _line(figure: Mapping[str, Any], exponent: int) -> MoneyLine:
    source, splynx = int(figure["source"]), int(figure["splynx"])
    places = figure.get("scale") or exponent if figure["money"] else 0
    texts = _texts((source, splynx, splynx - source), places, exponent if figure["money"] else places)
    name = str(figure["name"])
    return MoneyLine(
        name=_AGEING.get(name, name),
        source=source,
        splynx=splynx,
        source_text=texts[0],
        splynx_text=texts[1],
        difference_text=texts[2],
        money=bool(figure["money"]),
        places=places,
    )


def _texts(numbers: tuple[int, ...], places: int, needed: int) -> list[str]:
    """Prices of several months have more decimals than money; where they are all nought nobody needs them."""
    unit = 10 ** max(places - needed, 0)
    if any(number % unit for number in numbers):
        return [shown(number, places) for number in numbers]
    return [shown(number // unit, min(places, needed)) for number in numbers]


def _difference(each: Mapping[str, Any], exponent: int, plain: Callable[[str], str] | None) -> MoneyDifference:
    check = str(each["check"])
    places = 0 if check in COUNTED else 4 if check == "revenue" else exponent
    causes = [(f"{cause['code']}: ", str(cause["text"])) for cause in each["explanations"]]
    if each["detail"] and not each["explained"]:
        causes.append(("", str(each["detail"])))
    told = Counter(code + (plain(text) if plain else text) for code, text in causes)
    why = "; ".join(text if number == 1 else f"{text} ({number} times)" for text, number in told.items())
    return MoneyDifference(
        account=str(each["account"]),
        customer_id=each["customer_id"],
        record="" if plain else str(each["label"]),
        check=CHECKS.get(check, check),
        source_text=shown(int(each["source"]), places),
        splynx_text=shown(int(each["splynx"]), places),
        explained=bool(each["explained"]),
        why=why or "unexplained",
    )
