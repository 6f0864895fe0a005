"""`mapping: splynx`: a stream that is named and shaped like a Splynx resource is written as it is.

In: the staged streams. Out: for each stream whose name is a resource a model in memory (docs/reference/streams-as-
resources.md), and where a reference would close a circle, or may only be set afterwards, a second model that patches.

* The stream's key, its parts joined by `|`, is the source key.
* Column `<field>` holds what Splynx takes, ids of Splynx included; column `<field>_key` holds source keys of other
  streams of this mapping.
* Columns that begin with `_` are left out; any other that is no field is an error.
"""

from __future__ import annotations

import difflib
import logging
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from target_splynx.contract.resource import Resource, resources
from target_splynx.errors import ModelError
from target_splynx.modelling.columns import (
    Attributes,
    Column,
    FileColumn,
    Nested,
    OwnId,
    Plain,
    Reference,
    key_expression,
)
from target_splynx.modelling.dependencies import BARRIERS
from target_splynx.modelling.model import SECTIONS, Model
from target_splynx.stage.types import quoted

logger = logging.getLogger(__name__)

ATTRIBUTES = "additional_attributes"
_ATTRIBUTE_PREFIXES = ("af_", f"{ATTRIBUTES}__", f"{ATTRIBUTES}.")
_FILES = {"file_path": "_file_path", "filename": "_file_name", "content_base64": "_file_content_base64"}
_SECTION_OF_PATH = (
    ("/admin/finance/payment-methods", "foundation"),
    ("/admin/finance/transaction-categories", "foundation"),
    ("/admin/finance/", "money"),
    ("/admin/crm/quotes", "money"),
    ("/admin/crm/leads/{id}--convert", "money"),  # after the quotes of the lead
    ("/admin/customers/customer/additional-discounts", "services"),
    ("/admin/customers/customer/{customer_id}/", "services"),
    ("/admin/customers/customers-online", "services"),
    ("/admin/customers/customer-documents", "documents"),
    ("/admin/crm/leads-documents", "documents"),
    ("/admin/tariffs/change-tariff", "services"),
    ("/admin/tariffs/", "catalogue"),
    ("/admin/fup/ca", "catalogue"),
    ("/admin/fup/", "services"),
    ("/admin/networking/cpe", "services"),
    ("/admin/networking/", "network"),
    ("/admin/inventory/", "inventory"),
    ("/admin/support/", "support"),
    ("/admin/communications/", "support"),
    ("/admin/messengers/", "support"),
    ("/admin/scheduling/", "scheduling"),
    ("/admin/voice/", "voice"),
    ("/admin/customers/", "customers"),
    ("/admin/crm/", "customers"),
    ("/admin/logs/", "customers"),
    ("/portal/", "customers"),
)
"""The first that fits; everything else (administration, configuration) is foundation."""


_AFTER = {
    "additional_fields": ("modules",),
    "module_items": ("modules", "additional_fields"),
    "services_internet": ("ipv4_networks", "ipv6_networks"),
    "prepaid_cards": ("prepaid_cards_series",),
    "refill_card_use": ("refill_cards", "refill_cards_series"),
    "leads_convert": ("leads_info", "leads_notes", "leads_documents", "quotes"),
}
"""What must be there first although no column refers to it: a module before its fields, networks before their
addresses, everything of a lead before it becomes a customer."""


@dataclass(frozen=True)
class _Stream:
    """A staged stream that is a resource, its columns understood."""

    resource: Resource
    section: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def where(self) -> Path:
        """What error messages name instead of a file."""
        return Path(f"stream {self.resource.name}")

    @property
    def creates(self) -> bool:
        """Whether its rows make records (a resource without POST is only changed)."""
        return self.resource.can_create


@dataclass
class _Edges:
    """What must be written before what, so far without a circle."""

    needs: dict[str, set[str]] = field(default_factory=dict)

    def add(self, one: str, needed: str) -> bool:
        """False, and nothing is added, when it would close a circle."""
        if one == needed or self._reaches(needed, one):
            return False
        self.needs.setdefault(one, set()).add(needed)
        return True

    def _reaches(self, start: str, goal: str) -> bool:
        todo, seen = [start], {start}
        while todo:
            for name in self.needs.get(todo.pop(), set()) - seen:
                if name == goal:
                    return True
                seen.add(name)
                todo.append(name)
        return False


def passthrough_models(connection: duckdb.DuckDBPyConnection, replaced: Container[str] = ()) -> list[Model]:
    """The models of all staged streams that are resources. `replaced`: names of models that the operator wrote instead.

    Raises:
        ModelError: a column is no field, a stream has no key, or references close a circle that cannot be opened.
    """
    streams = [_read(connection, name, key) for name, key in _staged(connection, replaced)]
    late = _late_columns(streams)
    sections = {stream.resource.name: stream.section for stream in streams}
    models: list[Model] = []
    for stream in streams:
        now = tuple(c for c in stream.columns if c.target not in late[stream.resource.name])
        after = tuple(f"{sections[n]}/{n}" for n in _AFTER.get(stream.resource.name, ()) if n in sections)
        models.append(_model(stream, now, after))
        if late[stream.resource.name]:
            models.append(_second_pass(stream, late[stream.resource.name], {s.resource.name: s for s in streams}))
    return models


def section_of(resource: Resource) -> str:
    """The section in which a stream of this resource is loaded."""
    path = resource.item or resource.path or ""
    return next((section for start, section in _SECTION_OF_PATH if path.startswith(start)), "foundation")


# -- reading the stage -----------------------------------------------------------------------------------------------


def _staged(connection: duckdb.DuckDBPyConnection, replaced: Container[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names and keys of the streams that are resources; the others are told."""
    known = resources()
    for name, key in connection.execute("SELECT name, key FROM stage.streams ORDER BY name").fetchall():
        resource = known.get(name)
        if resource is not None and (resource.can_create or resource.can_update):
            if f"{section_of(resource)}/{name}" not in replaced:
                yield name, tuple(key or ())
        elif near := difflib.get_close_matches(name, known, n=1):
            logger.warning("stream %s is no resource of Splynx and is not loaded; did you mean %s?", name, near[0])


def _read(connection: duckdb.DuckDBPyConnection, name: str, key: tuple[str, ...]) -> _Stream:
    resource = resources()[name]
    where = Path(f"stream {name}")
    rows = connection.execute(f"DESCRIBE sonar.{quoted(name)}").fetchall()
    types = {row[0]: str(row[1]) for row in rows if not row[0].startswith("_") or row[0] in key}
    if not key:
        raise ModelError(
            where, "the stream has no key.", remedy="Name its key columns in the tap (key_properties, primary keys)."
        )
    columns = tuple(_columns(resource, where, key, types))
    return _Stream(resource, section_of(resource), key, columns)


def _columns(resource: Resource, where: Path, key: tuple[str, ...], types: dict[str, str]) -> Iterator[Column]:
    """What each column of a stream means."""
    if resource.can_create:
        taken = {"id"}  # Splynx makes it; a column of that name is the source's
    else:
        own = _own_id(resource, where, types)
        taken = {"id", *own.columns}
        yield own
    attributes: dict[str, tuple[str, str]] = {}
    references: dict[str, Reference] = {}
    plain: dict[str, Plain] = {}
    for column, kind in types.items():
        referring = column.removesuffix("_key")
        attribute = next((column[len(p) :] for p in _ATTRIBUTE_PREFIXES if column.startswith(p)), "")
        known = resource.fields.get(column)
        targets = resource.references.get(column, ())
        if column in taken:
            continue
        if resource.upload is not None and column in _FILES:
            yield FileColumn(_FILES[column], column)
        elif known or column in _parameters(resource):
            plain[column] = Plain(column, known, kind, numbers=bool(targets))
        elif referring != column and referring in resource.references:
            targets = resource.references[referring]
            references[referring] = Reference(referring, resource.fields.get(referring), targets, column, kind)
        elif column == ATTRIBUTES or attribute:
            attributes[column] = (attribute, kind)
        elif column not in key:
            raise _unknown(resource, where, column)
    yield from (_with_references(resource, column) for name, column in plain.items() if name not in references)
    yield from (replace(reference, also=plain.get(name)) for name, reference in references.items())
    if attributes:
        yield Attributes(attributes)


def _with_references(resource: Resource, column: Plain) -> Plain | Nested:
    """A list whose objects may refer to records."""
    inside = tuple(
        (name.removeprefix(f"{column.target}."), targets[0])
        for name, targets in resource.references.items()
        if name.startswith(f"{column.target}.")
    )
    return Nested(column, inside) if inside else column


def _parameters(resource: Resource) -> set[str]:
    """Parts of the address that a stream may have as columns."""
    return {*resource.item_parameters, *resource.collection_parameters}


def _own_id(resource: Resource, where: Path, types: dict[str, str]) -> OwnId:
    """By which column a PUT-only sub-resource is addressed: an id of Splynx, or the key of the record it hangs on."""
    own = resource.own_parameter
    if own is None:
        return OwnId({}, (), ())  # there is only one
    names = ("id_key", f"{own}_key", *(f"{parent}_key" for parent in resource.parent)) if resource.parent else ()
    keys = [name for name in names if name in types]
    # An `id` beside a key is the key of the source's own row.
    chosen = [*keys, *(name for name in (own, "id") if name in types)][:1]
    if not chosen:
        wanted = " or ".join(f"`{name}`" for name in ("id", *names[2:]))
        raise ModelError(where, f"the stream does not say which record it changes: it needs a column {wanted}.")
    here = {name.removesuffix("_key") for name in types}
    parameters = tuple(name for name in resource.item_parameters if name != own and name not in here)
    return OwnId({name: types[name] for name in chosen}, resource.parent if keys else (), parameters)


def _unknown(resource: Resource, where: Path, column: str) -> ModelError:
    names = [*resource.fields, *_parameters(resource), *(f"{name}_key" for name in resource.references), ATTRIBUTES]
    near = difflib.get_close_matches(column, names, n=1)
    if column in resource.read:
        why = "Splynx shows it, but does not take it: deselect it"
    elif column.endswith("_key") and column.removesuffix("_key") in resource.fields:
        why = "that field refers to nothing that is written by a stream: deselect it"
    else:
        why = f"{f'Did you mean `{near[0]}`? ' if near else ''}Rename or deselect it"
    return ModelError(
        where,
        f"`{column}` is no field of {resource.name}.",
        remedy=f"{why}, or begin its name with `_` to leave it out.",
    )


# -- order -----------------------------------------------------------------------------------------------------------


def _late_columns(streams: list[_Stream]) -> dict[str, set[str]]:
    """For each stream the fields that are set in a second pass.

    They are: what Splynx takes in a change only, references of a stream to itself, and those that would close a circle.
    """
    late = {stream.resource.name: _update_only(stream) for stream in streams}
    edges = _barriers(streams)
    asked: list[tuple[bool, _Stream, Reference | Nested | OwnId, str]] = []
    for stream in streams:
        for column in stream.columns:
            if isinstance(column, (Reference, Nested, OwnId)) and column.target not in late[stream.resource.name]:
                asked += [(_needed(stream, column), stream, column, name) for name in column.targets if name in late]
    # What a record cannot be made without comes first; what is left decides where a circle is opened.
    for needed, stream, column, name in sorted(asked, key=lambda entry: not entry[0]):
        if edges.add(stream.resource.name, name):
            continue
        if needed or not stream.resource.can_update:
            raise ModelError(
                stream.where,
                f"`{column.target}` must be known first, and {name} waits for {stream.resource.name}.",
                remedy="Send the Splynx id instead of a key, or write one of the two with a model of your own.",
            )
        late[stream.resource.name].add(column.target)
    return late


def _update_only(stream: _Stream) -> set[str]:
    known = {column.target: getattr(column, "field", None) for column in stream.columns}
    return {name for name, spec in known.items() if spec is not None and spec.update_only and stream.creates}


def _barriers(streams: list[_Stream]) -> _Edges:
    """Sections that wait for everything before them, and what else must come first."""
    edges = _Edges()
    names = {stream.resource.name for stream in streams}
    for stream in streams:
        for name in names.intersection(_AFTER.get(stream.resource.name, ())):
            edges.add(stream.resource.name, name)
        for other in streams:
            if stream.section in BARRIERS and SECTIONS.index(other.section) < SECTIONS.index(stream.section):
                edges.add(stream.resource.name, other.resource.name)
    return edges


def _needed(stream: _Stream, column: Reference | Nested | OwnId) -> bool:
    if isinstance(column, OwnId) or not stream.creates:
        return True
    known = column.field
    return column.target in stream.resource.collection_parameters or bool(
        known and (known.required or known.live_required) and column.target != "parent_id"
    )


# -- models ----------------------------------------------------------------------------------------------------------


def _model(stream: _Stream, columns: tuple[Column, ...], after: tuple[str, ...]) -> Model:
    resource = stream.resource
    return Model(
        name=f"{stream.section}/{resource.name}",
        section=stream.section,
        path=stream.where,
        sql=_select(stream, columns),
        first_line=1,
        resource=resource,
        mode="create" if stream.creates else "patch",
        natural_key=resource.natural_key if stream.creates else (),
        after=after,
        description=f"The stream {resource.name} as it is.",
    )


def _second_pass(stream: _Stream, late: set[str], here: dict[str, _Stream]) -> Model:
    """A patch of the records that the stream makes, in the section of the last resource that it refers to."""
    resource = stream.resource
    own = OwnId({}, (resource.name,), (), own_key=key_expression(stream.key))
    wanted = tuple(c for c in stream.columns if c.target in late)
    address = tuple(
        c for c in stream.columns if c.target in resource.item_parameters and c.target not in late
        and c.target != resource.own_parameter
    )  # fmt: skip
    if resource.delete_item:  # addressed by what it hangs on
        address = tuple(c for c in stream.columns if c.target in resource.item_parameters)
    sections = [stream.section]
    for column in wanted:
        sections += [here[t].section for t in getattr(column, "targets", ()) if t in here]
    section = max(sections, key=SECTIONS.index)
    return Model(
        name=f"{section}/{resource.name}_second_pass",
        section=section,
        path=stream.where,
        sql=_select(stream, (own, *address, *wanted)),
        first_line=1,
        resource=resource,
        mode="patch",
        description=f"What can only be set when the records of the stream {resource.name} are there.",
    )


def _select(stream: _Stream, columns: Iterable[Column]) -> str:
    """The SELECT of a model: one row per row of the stream."""
    columns = list(columns)
    values = [f"{key_expression(stream.key)} AS source_key"]
    joins: list[str] = []
    rejects: list[str] = []
    for number, column in enumerate(columns):
        values += column.values(f"r{number}")
        joins += column.joins(f"r{number}")
        rejects += column.rejects(f"r{number}")
    if rejects:
        values.append(f"coalesce({', '.join(rejects)}, NULL) AS _reject")
    lines = ",\n    ".join(values)
    return "\n".join([f"SELECT\n    {lines}", f"FROM sonar.{quoted(stream.resource.name)} s", *joins])
