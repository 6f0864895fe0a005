"""What the key may read of what the migration writes, section by section. Asked with HEAD: nothing is written.

A HEAD tells the right to see, not the rights to add and to change: no request that writes nothing tells those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from target_splynx.checkup.finding import Finding
from target_splynx.contract.resource import Resource
from target_splynx.modelling.model import SECTIONS, Model
from target_splynx.planning.existing import list_path
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotAllowed, SplynxError

_REMEDY = "Give the API key this right (view, add, update, delete), or switch the module on."


def permissions(client: Client, models: list[Model]) -> Iterator[Finding]:
    """A line per section, and one for each resource that is closed."""
    asked: dict[str, NotAllowed | int | None] = {}
    for section in SECTIONS:
        wanted = {model.resource.name: model.resource for model in models if model.section == section}
        if not wanted:
            continue
        closed: list[Finding] = []
        held: Counter[str] = Counter()
        for name, resource in wanted.items():
            if name not in asked:
                asked[name] = _ask(client, resource)
            answer = asked[name]
            if isinstance(answer, NotAllowed):
                closed.append(Finding(False, "permissions", f"{name}: {answer}", _REMEDY))
            elif answer:
                held[name] = answer
        open_ = len(wanted) - len(closed)
        if open_:
            yield Finding(True, "permissions", f"section {section}: {open_} resources may be read{_there(held)}")
        yield from closed


def _there(held: Mapping[str, int]) -> str:
    return f"; there already: {', '.join(f'{n} {name}' for name, n in sorted(held.items()))}" if held else ""


def _ask(client: Client, resource: Resource) -> NotAllowed | int | None:
    """Why it is closed, or how many records are there; None where that cannot be told."""
    path, query = list_path(resource)
    if path is None:
        return None  # PUT-only parts of a record: they share its right
    try:
        if "{" in path:
            client.get(path.replace("{module}", "customers"))
            return None
        # Not OPTIONS: a live server refused it for recurring tariffs while the rest works (research/splynx-api.md §4).
        return client.count(path, query)
    except NotAllowed as error:
        return error
    except SplynxError:
        return None
