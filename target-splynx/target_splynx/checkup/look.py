"""All checks, in the order in which a person reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from target_splynx import functions
from target_splynx.checkup.connection import connection
from target_splynx.checkup.expectation import expectation, this_machine
from target_splynx.checkup.finding import Finding
from target_splynx.checkup.permissions import permissions
from target_splynx.checkup.reference_data import reference_data
from target_splynx.checkup.side_effects import side_effects
from target_splynx.errors import LedgerError
from target_splynx.ledger.store import Ledger
from target_splynx.modelling.dependencies import build_graph
from target_splynx.modelling.library import AS_IS, load_models
from target_splynx.settings import Settings
from target_splynx.splynx.client import Client


def looked_at(settings: Settings, client: Client) -> Iterator[Finding]:
    """Everything that can be known before the first write. Reads only.

    Raises:
        SplynxUnreachable: wrong address or credentials; nothing else can be told then.
    """
    yield from connection(settings, client)
    models, parts = load_models(settings.mapping, settings.models_path)
    active = [model for model in models if model.section in settings.sections]
    yield from permissions(client, active)
    yield from side_effects(client, billing="go_live" in settings.sections)
    if settings.mapping != AS_IS:
        with duckdb.connect() as parser:
            functions.register(
                parser,
                timezone=settings.timezone,
                currency_exponent=settings.currency_exponent,
                default_country=settings.default_country,
            )
            graph = build_graph(models, parts, parser)
        read = frozenset[str]().union(*(graph.reads[model.name].resources for model in active))
        yield from reference_data(settings, client, read)
    yield from this_machine(settings)
    yield from _expectation(settings, client)


def _expectation(settings: Settings, client: Client) -> Iterator[Finding]:
    """A ledger is opened only when there is one: looking makes nothing."""
    if settings.ledger_url.startswith("sqlite:///") and not Path(settings.ledger_url[10:]).is_file():
        yield Finding(True, "to expect", "no ledger yet: the first run; after a dry run this tells how long it takes")
        return
    try:
        ledger = Ledger(settings.ledger_url, splynx=settings.api_url)
    except LedgerError as error:
        yield Finding(False, "to expect", str(error), "Look at `ledger_url` and `workspace`.")
        return
    try:
        yield from expectation(settings, client, ledger)
    finally:
        ledger.close()
