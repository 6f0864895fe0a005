"""Executes queries: parsed and checked once per text, rows completed straight from SQL.

In: query text, variables, operation name and the :class:`Request` of the caller. Out: the JSON bytes of a
GraphQL answer.

graphql-core calls a resolver per field of each row; a page of 1,000 rows with 20 fields would cost 20,000
calls. Here the leaves of a list of rows are read in one statement, only the columns asked for, and completed
column by column; only what is not a leaf (connections, to-one fields) goes graphql-core's way, row by row.
Whatever does not fit (a null where none may be, a value that is no member of its enum) sends that page back
to graphql-core's own completion, so errors are its own.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    Executor,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    execute_sync,
    parse,
    validate,
)
from graphql.pyutils import Path

from sandbox.sonar.contract import Field, load_contract
from sandbox.sonar.relations import find_relation
from sandbox.sonar.resolvers import resolve_default
from sandbox.sonar.rows import Request, Row, RowQuery

_DOCUMENTS_KEPT = 512
_INTROSPECTIONS_KEPT = 16
_INT_MIN, _INT_MAX = -(2**31), 2**31 - 1

Completer = Callable[[Sequence[Any]], "Sequence[Any] | None"]
"""A column of stored values to JSON values; None when graphql-core must decide."""


# --- leaves, column by column
# -----------------------------------------------------------------------------------------------


def _int64_column(values: Sequence[Any]) -> Sequence[Any] | None:
    try:
        return [None if value is None else int.__repr__(value) for value in values]
    except TypeError:
        return None


def _int_column(values: Sequence[Any]) -> Sequence[Any] | None:
    fits = all(value is None or (type(value) is int and _INT_MIN <= value <= _INT_MAX) for value in values)
    return values if fits else None


def _float_column(values: Sequence[Any]) -> Sequence[Any] | None:
    # SQLite hands out whole numbers of a REAL column as float; infinity is not JSON.
    fits = all(value is None or (type(value) is float and value - value == 0) for value in values)
    return values if fits else None


def _boolean_column(values: Sequence[Any]) -> Sequence[Any] | None:
    return [_BOOLEANS[value] for value in values] if set(values) <= _BOOLEANS.keys() else None


_BOOLEANS: dict[Any, bool | None] = {0: False, 1: True, None: None}


def _text_column(values: Sequence[Any]) -> Sequence[Any] | None:
    return values if all(value is None or type(value) is str for value in values) else None


def _enum_column(members: frozenset[str | None]) -> Completer:
    return lambda values: values if members.issuperset(values) else None


def _list_column(members: frozenset[str | None] | None) -> Completer:
    def complete(values: Sequence[Any]) -> Sequence[Any] | None:
        lists = [None if value is None else json.loads(value) for value in values]
        for items in lists:
            known = members is None or members.issuperset(items or ())
            if not known or not all(item is None or type(item) is str for item in items or ()):
                return None
        return lists

    return complete


_SCALAR_COLUMNS: dict[str, Completer] = {
    "Int64Bit": _int64_column,
    "Int": _int_column,
    "Float": _float_column,
    "Boolean": _boolean_column,
}


def _completer(leaf: Field) -> Completer:
    contract = load_contract()
    values = contract.enums.get(leaf.type.name)
    members = frozenset((*values, None)) if values else None
    if leaf.type.is_list:
        complete = _list_column(members)
    elif members:
        complete = _enum_column(members)
    else:
        complete = _SCALAR_COLUMNS.get(leaf.type.name, _text_column)
    if not leaf.type.non_null:
        return complete
    return lambda column: None if None in column else complete(column)


# --- the executor
# ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Plan:
    """How one selection on rows of one type is answered."""

    columns: list[str] = field(default_factory=list)
    """What has to be read: the leaves asked for and the keys of the relations asked for."""
    leaves: list[tuple[str, int, Completer]] = field(default_factory=list)
    """Response name, index into ``columns``, completer."""
    constants: dict[str, str] = field(default_factory=dict)
    """``__typename`` under its response names."""
    others: list[tuple[str, Any]] = field(default_factory=list)
    """Response name and field details of what graphql-core resolves row by row."""
    order: list[str] = field(default_factory=list)


class RowExecutor(Executor[Any]):
    """graphql-core's executor with a shortcut for rows. Relies on the method names of graphql-core 3.3."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._plans: dict[int, _Plan] = {}

    def complete_list_value(
        self,
        return_type: Any,
        field_details_list: Any,
        info: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Complete the rows of a page at once; everything else, and any page with a flaw, as graphql-core does."""
        if type(result) is RowQuery and not result.request.broken_rows.get(result.type_name):
            completed = self._complete_rows(return_type, field_details_list, path, result)
            if completed is not None:
                return completed
        return super().complete_list_value(return_type, field_details_list, info, path, result, position_context)

    def collect_and_execute_subfields(
        self,
        return_type: Any,
        field_details_list: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Complete the leaves of a single row (a to-one field) without a resolver each."""
        if type(result) is Row:
            plan = self._plan(return_type, field_details_list)
            columns = [(result.values.get(name),) for name in plan.columns]
            leaves = _complete_leaves(plan, columns, 1)
            if leaves is not None:
                return self._with_others(plan, return_type, leaves[0], result, path)
        return super().collect_and_execute_subfields(return_type, field_details_list, path, result, position_context)

    def _complete_rows(self, list_type: Any, field_details_list: Any, path: Path, query: RowQuery) -> list[Any] | None:
        row_type: Any = self.schema.type_map[query.type_name]
        if getattr(list_type.of_type, "of_type", list_type.of_type) is not row_type:
            return None
        plan = self._plan(row_type, field_details_list)
        rows = query.fetch(plan.columns)
        columns = list(zip(*rows, strict=True)) if rows else [() for _ in plan.columns]
        leaves = _complete_leaves(plan, columns, len(rows))
        if leaves is None or not plan.others:
            return leaves
        completed: list[Any] = []
        for index, (done, values) in enumerate(zip(leaves, rows, strict=True)):
            row = Row(query.type_name, dict(zip(plan.columns, values, strict=True)))
            row_path = path.add_key(index, None)
            try:
                completed.append(self._with_others(plan, row_type, done, row, row_path))
            except Exception as error:  # noqa: BLE001  (as graphql-core: an error inside makes the row null)
                self.handle_field_error(error, list_type.of_type, field_details_list, row_path)
                completed.append(None)
        return completed

    def _with_others(self, plan: _Plan, row_type: Any, leaves: dict[str, Any], row: Row, path: Path) -> dict[str, Any]:
        if not plan.others:
            return leaves
        others = {
            name: self.execute_field(row_type, row, details, Path(path, name, row_type.name), None)
            for name, details in plan.others
        }
        return {name: others[name] if name in others else leaves[name] for name in plan.order}

    def _plan(self, row_type: Any, field_details_list: Any) -> _Plan:
        grouped, _defer, _forbidden = self.collect_subfields(row_type, field_details_list)
        # The grouped field set is kept by graphql-core as long as this executor lives, so its id is its name.
        plan = self._plans.get(id(grouped))
        if plan is None:
            plan = self._plans[id(grouped)] = _make_plan(row_type.name, grouped)
        return plan


def _make_plan(type_name: str, grouped: Mapping[str, Any]) -> _Plan:
    plan = _Plan(order=list(grouped))
    leaf_fields = load_contract().leaf_fields(type_name)
    places: dict[str, int] = {}

    def place(column: str) -> int:
        if column not in places:
            places[column] = len(plan.columns)
            plan.columns.append(column)
        return places[column]

    for response_name, details in grouped.items():
        name = details[0].node.name.value
        if name == "__typename":
            plan.constants[response_name] = type_name
        elif name in leaf_fields:
            plan.leaves.append((response_name, place(name), _completer(leaf_fields[name])))
        else:
            relation = find_relation(type_name, name)
            if relation is not None:
                for column in (
                    ("id",) if relation.kind not in {"key", "pair"} else (relation.column, relation.type_column)
                ):
                    if column:
                        place(column)
            plan.others.append((response_name, details))
    return plan


def _complete_leaves(plan: _Plan, columns: Sequence[Sequence[Any]], count: int) -> list[dict[str, Any]] | None:
    """The leaves of each row as a dict in the order asked for; None when one of the values has a flaw."""
    done: dict[str, Sequence[Any]] = {}
    for response_name, index, complete in plan.leaves:
        values = complete(columns[index])
        if values is None:
            return None
        done[response_name] = values
    for response_name, text in plan.constants.items():
        done[response_name] = [text] * count
    names = [name for name in plan.order if name in done]
    if not names:
        return [{} for _ in range(count)]
    return [dict(zip(names, values, strict=True)) for values in zip(*(done[name] for name in names), strict=True)]


# --- documents and answers
# -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """A query text, parsed and checked."""

    node: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()

    def operations(self) -> list[OperationDefinitionNode]:
        """The operations that it defines."""
        found = self.node.definitions if self.node else ()
        return [each for each in found if isinstance(each, OperationDefinitionNode)]

    def root_names(self) -> list[str]:
        """The root fields asked for by name; fields inside root fragments are not looked into."""
        return [
            selection.name.value
            for operation in self.operations()
            for selection in operation.selection_set.selections
            if isinstance(selection, FieldNode)
        ]


class Engine:
    """Answers queries over one schema. Safe to use from several threads."""

    def __init__(self, schema: GraphQLSchema, *, fast: bool = True) -> None:
        self.schema = schema
        self._executor: type[Executor[Any]] | None = RowExecutor if fast else None
        self._documents: OrderedDict[str, Document] = OrderedDict()
        self._introspections: dict[tuple[str, str], bytes] = {}
        self._lock = threading.Lock()

    def document(self, query: str) -> Document:
        """Parse and validate, or take from the cache."""
        with self._lock:
            found = self._documents.get(query)
            if found is not None:
                self._documents.move_to_end(query)
                return found
        try:
            node = parse(query)
            found = Document(node, tuple(validate(self.schema, node)))
        except GraphQLError as error:
            found = Document(None, (error,))
        except RecursionError:
            found = Document(None, (GraphQLError("The query is nested too deeply."),))
        with self._lock:
            self._documents[query] = found
            if len(self._documents) > _DOCUMENTS_KEPT:
                self._documents.popitem(last=False)
        return found

    def answer(
        self,
        query: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        request: Request,
    ) -> bytes:
        """The JSON answer ``{"data": …, "errors": […]}``."""
        document = self.document(query)
        if document.node is None or document.errors:
            return msgspec.json.encode({"errors": [_error_json(error) for error in document.errors]})
        roots = document.root_names()
        about_schema = bool(roots) and all(name.startswith("__") for name in roots) and len(document.operations()) == 1
        key = (query, json.dumps(variables or {}, sort_keys=True))
        if about_schema and key in self._introspections:
            return self._introspections[key]
        result = execute_sync(
            self.schema,
            document.node,
            context_value=request,
            variable_values=dict(variables or {}),
            operation_name=operation_name,
            field_resolver=resolve_default,
            executor_class=self._executor,
        )
        body: dict[str, Any] = {}
        if result.errors:
            body["errors"] = [_error_json(error) for error in result.errors]
        body["data"] = result.data
        encoded = msgspec.json.encode(body)
        if about_schema and not result.errors:
            # The schema does not change while the process lives; the answer is 7 MB and takes over a second
            # to make.
            if len(self._introspections) >= _INTROSPECTIONS_KEPT:
                self._introspections.clear()
            self._introspections[key] = encoded
        return encoded


def _error_json(error: GraphQLError) -> dict[str, Any]:
    """One entry of ``errors`` in the form of the GraphQL specification."""
    return dict(error.formatted)
