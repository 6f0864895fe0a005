"""Columns of a stream that is written as it is, as SQL: plain values, references by key, additional fields, files.

Each kind gives the values of the SELECT, the joins that they need, and the reasons why a row cannot be written
(`code|message|remedy`). The stream is `s`; `alias` is the column's own, for its joins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from target_splynx.contract.resource import Field
from target_splynx.contract.values import NUMERIC
from target_splynx.stage.types import quoted

_DIGITS = r"\s*\d+\s*(,\s*\d+\s*)*"


class Column(Protocol):
    """A column (or several) of a stream, and the field that it fills."""

    @property
    def target(self) -> str:
        """The field that it fills."""

    def values(self, alias: str) -> list[str]:
        """Entries of the SELECT."""

    def joins(self, alias: str) -> list[str]:
        """JOIN clauses."""

    def rejects(self, alias: str) -> list[str]:
        """Expressions that are NULL, or say why the row cannot be written."""


class _Simple:
    """A column without joins and reasons."""

    def joins(self, alias: str) -> list[str]:  # noqa: ARG002
        """None."""
        return []

    def rejects(self, alias: str) -> list[str]:  # noqa: ARG002
        """None."""
        return []


def key_expression(columns: tuple[str, ...]) -> str:
    """The source key: the columns' texts, joined by `|`."""
    return " || '|' || ".join(f"CAST(s.{quoted(name)} AS VARCHAR)" for name in columns)


@dataclass(frozen=True)
class Plain(_Simple):
    """A field, or a parameter of the path (`field` is None).

    `kind`: the column's type in the stage; `numbers`: a list of ids.
    """

    target: str
    field: Field | None
    kind: str
    numbers: bool = False

    def values(self, alias: str) -> list[str]:  # noqa: ARG002
        """The value with empty text as NULL, moments in the provider's zone, lists written as text as lists."""
        return [f"{self.expression} AS {quoted(self.target)}"]

    @property
    def expression(self) -> str:
        """The value in a form that `contract.values.to_api` takes."""
        return plain_value(self.target, self.field, self.kind, numbers=self.numbers)


def plain_value(name: str, field: Field | None, kind: str, *, numbers: bool = False) -> str:
    """A column's value in a form that `contract.values.to_api` takes."""
    raw = f"s.{quoted(name)}"
    wanted = field.type if field else "string"
    if wanted == "array":
        return _list_value(raw, kind, numbers=numbers)
    if kind == "VARCHAR":
        if wanted in NUMERIC or wanted in {"boolean", "date", "datetime", "object"}:
            return f"nullif(trim({raw}), '')"
        return f"CASE WHEN trim({raw}) = '' THEN NULL ELSE {raw} END"
    if kind == "TIMESTAMPTZ" or kind.startswith("TIMESTAMP WITH"):
        return f"local_date({raw})" if wanted == "date" else f"local_datetime({raw})"
    return raw


def _list_value(raw: str, kind: str, *, numbers: bool) -> str:
    """JSON text, `a,b,c` or one value as a list."""
    if kind.endswith("[]"):
        return raw
    if kind == "JSON":
        return f"CAST({raw} AS VARCHAR)"
    if kind != "VARCHAR":
        return f"CASE WHEN {raw} IS NULL THEN NULL ELSE [{raw}] END"
    texts = f"CAST(to_json(list_transform(string_split({raw}, ','), lambda part: trim(part))) AS VARCHAR)"
    as_numbers = f"WHEN regexp_full_match({raw}, '{_DIGITS}') THEN '[' || {raw} || ']' " if numbers else ""
    return f"CASE WHEN trim({raw}) = '' THEN NULL WHEN trim({raw}) LIKE '[%' THEN {raw} {as_numbers}ELSE {texts} END"


@dataclass(frozen=True)
class Reference:
    """A field that holds ids, given by source keys: one key, or a list where the field is one.

    `targets`: resources whose keys they may be; with several, `resource:key` says which. `column`, `kind`: where the
    keys are. `also`: the column with ids of Splynx, for rows without a key.
    """

    target: str
    field: Field | None
    targets: tuple[str, ...]
    column: str
    kind: str
    also: Plain | None = None

    @property
    def _many(self) -> bool:
        return self.field is not None and self.field.type == "array"

    @property
    def _key(self) -> str:
        """The key of the row as text."""
        return f"nullif(trim(CAST(s.{quoted(self.column)} AS VARCHAR)), '')"

    def values(self, alias: str) -> list[str]:
        """The id, or the list of ids."""
        if self._many:
            found = f"list_transform({self._keys}, lambda key: {self._found_in_map(alias)})"
            if self.also:
                ids = f"TRY_CAST(to_json({self.also.expression}) AS BIGINT[])"
                if self.also.kind in {"VARCHAR", "JSON"}:
                    ids = f"TRY_CAST(CAST({self.also.expression} AS JSON) AS BIGINT[])"
                found = f"CASE WHEN {self._keys} IS NULL THEN {ids} ELSE {found} END"
            return [f"{found} AS {quoted(self.target)}"]
        candidates = [f"{alias}_{n}.id" for n in range(len(self.targets))]
        if self.also:
            candidates.append(f"TRY_CAST({self.also.expression} AS BIGINT)")
        return [f"coalesce({', '.join(candidates)}) AS {quoted(self.target)}"]

    def joins(self, alias: str) -> list[str]:
        """One per resource."""
        if self._many:
            return [f"CROSS JOIN {_map_of(target)} {alias}_{n}" for n, target in enumerate(self.targets)]
        return [
            f"LEFT JOIN splynx.{quoted(target)} {alias}_{n} "
            f"ON {alias}_{n}.source_key = {self._key_in(target, self._key)}"
            for n, target in enumerate(self.targets)
        ]

    def rejects(self, alias: str) -> list[str]:
        """A key that nobody has, or that several resources have."""
        named = " or ".join(self.targets)
        if self._many:
            lost = f"list_filter({self._keys}, lambda key: {self._found_in_map(alias)} IS NULL)"
            keys = f"array_to_string({lost}, ',')"
            return [f"CASE WHEN len({lost}) > 0 THEN {_missing(keys, self.column, named)} END"]
        found = ", ".join(f"{alias}_{n}.id" for n in range(len(self.targets)))
        lost = f"{self._key} IS NOT NULL AND coalesce({found}) IS NULL"
        reasons = [f"CASE WHEN {lost} THEN {_missing(self._key, self.column, named)} END"]
        if len(self.targets) > 1:
            count = " + ".join(f"({alias}_{n}.id IS NOT NULL)::INTEGER" for n in range(len(self.targets)))
            reasons.append(
                f"CASE WHEN {count} > 1 THEN 'ambiguous_reference|{self.column} ' || "
                f"replace({self._key}, '|', ' / ') || ' is a key of several resources ({named}).|"
                "Write it as resource:key.' END"
            )
        return reasons

    def _key_in(self, target: str, key: str) -> str:
        """The key in one of the resources: without its name in front of it."""
        if len(self.targets) == 1:
            return key
        return f"CASE WHEN starts_with({key}, '{target}:') THEN substr({key}, {len(target) + 2}) ELSE {key} END"

    @property
    def _keys(self) -> str:
        """The keys of the row as a list of texts."""
        raw = f"s.{quoted(self.column)}"
        if self.kind.endswith("[]"):
            return f"CAST({raw} AS VARCHAR[])"
        text = self._key
        parts = f"list_transform(string_split({text}, ','), lambda part: trim(part))"
        return f"CASE WHEN {text} LIKE '[%' THEN TRY_CAST(CAST({text} AS JSON) AS VARCHAR[]) ELSE {parts} END"

    def _found_in_map(self, alias: str) -> str:
        found = ", ".join(f"{alias}_{n}.ids[{self._key_in(t, 'key')}]" for n, t in enumerate(self.targets))
        return f"coalesce({found}, NULL)"


def _map_of(target: str) -> str:
    """All keys of a (small) resource with their ids, as one MAP."""
    return (
        "(SELECT coalesce(map(list(source_key), list(id)), MAP {}) AS ids FROM (SELECT source_key, any_value(id) AS id "
        f"FROM splynx.{quoted(target)} WHERE source_key IS NOT NULL GROUP BY 1))"
    )


def _missing(key: str, column: str, named: str) -> str:
    return (
        f"'missing_reference|{column}: no record of {named} has the key ' || replace({key}, '|', ' / ') || "
        f"'.|Send that record, too, or correct the key.'"
    )


@dataclass(frozen=True)
class Nested:
    """A list of objects (items of an invoice) some of whose fields refer to records: `<name>_key` inside the objects.

    `inside`: name inside the objects → the resource whose keys it holds.
    """

    plain: Plain
    inside: tuple[tuple[str, str], ...]

    @property
    def target(self) -> str:
        """The field with the list."""
        return self.plain.target

    @property
    def targets(self) -> tuple[str, ...]:
        """Resources that must be there first."""
        return tuple(resource for _, resource in self.inside)

    @property
    def field(self) -> Field | None:
        """The field with the list."""
        return self.plain.field

    @property
    def _objects(self) -> str:
        value = self.plain.expression
        text = value if self.plain.kind in {"VARCHAR", "JSON"} else f"to_json({value})"
        return f"TRY_CAST(CAST({text} AS JSON) AS JSON[])"

    def values(self, alias: str) -> list[str]:
        """The list with ids instead of keys; lists that are none are left for the check of types."""
        item = "item"
        for number, (name, _) in enumerate(self.inside):
            found = f"{alias}_{number}.ids[item->>'{name}_key']"
            patch = f"json_object('{name}', {found}, '{name}_key', NULL)"
            item = f"CASE WHEN item->>'{name}_key' IS NULL THEN {item} ELSE json_merge_patch({item}, {patch}) END"
        listed = f"CAST(to_json(list_transform({self._objects}, lambda item: {item})) AS VARCHAR)"
        other = f"CAST({self.plain.expression} AS VARCHAR)"
        return [f"coalesce({listed}, {other}) AS {quoted(self.target)}"]

    def joins(self, alias: str) -> list[str]:
        """The keys of each resource."""
        return [f"CROSS JOIN {_map_of(target)} {alias}_{n}" for n, target in enumerate(self.targets)]

    def rejects(self, alias: str) -> list[str]:
        """A key that nobody has."""
        reasons = []
        for number, (name, resource) in enumerate(self.inside):
            key = f"item->>'{name}_key'"
            lost = (
                f"list_filter({self._objects}, lambda item: {key} IS NOT NULL AND {alias}_{number}.ids[{key}] IS NULL)"
            )
            keys = f"array_to_string(list_transform({lost}, lambda item: {key}), ',')"
            told = _missing(keys, f"{self.target}.{name}_key", resource)
            reasons.append(f"CASE WHEN len({lost}) > 0 THEN {told} END")
        return reasons


@dataclass(frozen=True)
class OwnId:
    """The record that a patch changes: an id of Splynx, or the key of a record in one of `targets`.

    `columns`: where it stands, with type. `parameters`: further parts of the address that are taken from the record it
    hangs on (the customer of a service). `own_key`: an expression for the key, when no column holds it.
    """

    columns: Mapping[str, str]
    targets: tuple[str, ...]
    parameters: tuple[str, ...]
    own_key: str | None = None

    @property
    def target(self) -> str:
        """Always the address."""
        return "id"

    def values(self, alias: str) -> list[str]:
        """The id; NULL is told as a missing reference."""
        if not self.targets:
            column = next(iter(self.columns), None)
            text = f"nullif(trim(CAST(s.{quoted(column)} AS VARCHAR)), '')" if column else "'0'"
            return [f"{text} AS id"]
        found = ", ".join(f"{alias}_{n}.id" for n in range(len(self.targets)))
        entries = [f"coalesce({found}) AS id"]
        for name in self.parameters:
            parts = ", ".join(f"{alias}_{n}.{quoted(name)}" for n in range(len(self.targets)))
            entries.append(f"coalesce({parts}) AS {quoted(name)}")
        return entries

    def joins(self, alias: str) -> list[str]:
        """One per resource that it may hang on."""
        return self._as_reference().joins(alias) if self.targets else []

    def rejects(self, alias: str) -> list[str]:
        """A key that nobody has."""
        return self._as_reference().rejects(alias) if self.targets and self.own_key is None else []

    def _as_reference(self) -> Reference:
        if self.own_key is not None:
            return _Keyed("id", None, self.targets, "", "", own_key=self.own_key)
        column, kind = next(iter(self.columns.items()))
        return Reference("id", None, self.targets, column, kind)


@dataclass(frozen=True)
class _Keyed(Reference):
    """A reference whose key is an expression instead of a column."""

    own_key: str = ""

    @property
    def _key(self) -> str:
        return self.own_key


@dataclass(frozen=True)
class Attributes(_Simple):
    """Additional fields: a JSON column, and columns of their own.

    `columns`: column → (name of the field, or empty for the JSON column; type).
    """

    columns: Mapping[str, tuple[str, str]]

    @property
    def target(self) -> str:
        """The part of the payload."""
        return "additional_attributes"

    def values(self, alias: str) -> list[str]:  # noqa: ARG002
        """One JSON object; later columns win."""
        parts = ["'{}'::JSON"]
        for column, (name, kind) in self.columns.items():
            raw = f"s.{quoted(column)}"
            if not name:
                parts.append(f"coalesce(TRY_CAST(nullif(trim(CAST({raw} AS VARCHAR)), '') AS JSON), '{{}}'::JSON)")
                continue
            value = f"nullif(trim({raw}), '')" if kind == "VARCHAR" else raw
            escaped = name.replace("'", "''")
            parts.append(f"CASE WHEN {value} IS NULL THEN '{{}}'::JSON ELSE json_object('{escaped}', {value}) END")
        merged = f"json_merge_patch({', '.join(parts)})" if len(parts) > 1 else parts[0]
        return [f"CAST({merged} AS VARCHAR) AS additional_attributes"]


@dataclass(frozen=True)
class FileColumn(_Simple):
    """A file that goes with the record: one of the reserved columns of models."""

    target: str
    column: str

    def values(self, alias: str) -> list[str]:  # noqa: ARG002
        """Its text."""
        return [f"nullif(CAST(s.{quoted(self.column)} AS VARCHAR), '') AS {self.target}"]
