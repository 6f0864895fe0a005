"""What the live OPTIONS answer decides."""

from __future__ import annotations

from typing import Any, cast

from target_splynx.contract.live import LiveContract
from target_splynx.contract.resource import resources
from target_splynx.modelling.evaluate import Row
from target_splynx.modelling.library import shipped_folder
from target_splynx.modelling.model import read_model
from target_splynx.planning.payload import build
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import NotFound

ITEMS = resources()["inventory_items"]
STATES = read_model(shipped_folder("sonar") / "inventory" / "item_states.sql")
FIELDS = {"status": "assigned", "mark": "used", "customer_id": 7, "stock_id": 2}


class Server:
    """A Splynx whose items have these fields, as OPTIONS tells; None: it does not tell."""

    def __init__(self, names: list[str] | None) -> None:
        self.names = names

    def options(self, path: str) -> dict[str, Any]:
        if self.names is None:
            raise NotFound(404, "no OPTIONS here")
        return {"attributes": [{"name": name, "required": name == "product_id"} for name in self.names]}

    def get(self, path: str) -> list[Any]:
        return []


def sent(names: list[str] | None) -> dict[str, Any]:
    """What a server would get of the state of an item."""
    live = LiveContract(cast(Client, Server(names))).of(ITEMS)
    row = Row("1", dict(FIELDS), 5, "Item 1", None, None)
    payload, _, problems = build(STATES, row, known_attributes=frozenset(), absent=live.absent)
    assert problems == []
    return payload


def test_fields_that_only_options_names_are_sent_where_it_names_them() -> None:
    assert sent(["id", "product_id", "notes", "status", "mark", "customer_id", "stock_id"]) == FIELDS
    assert sent(["id", "product_id", "notes", "mark"]) == {"mark": "used"}
    assert sent(["id", "product_id", "notes", "barcode", "serial_number"]) == {}


def test_without_an_answer_the_recorded_one_counts() -> None:
    assert sent(None) == FIELDS


def test_documented_fields_are_sent_whatever_options_names() -> None:
    live = LiveContract(cast(Client, Server(["id", "product_id"]))).of(ITEMS)
    assert not live.absent & {"notes", "barcode", "serial_number", "product_id"}
