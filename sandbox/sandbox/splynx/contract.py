"""The Splynx API contract in the sandbox's own form, as typed objects.

In: ``contract.json`` (paths, statuses, structures, recorded OPTIONS) and ``facts.json`` (foreign keys, natural keys,
modules). Out: ``load()`` gives a ``Contract``: ``paths`` (every path with its methods) and ``resources`` (what can be
stored: columns, required, keys), found by pairing collection and item paths. No handler is written per path.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

from sandbox.splynx.fields import Field, make_field

PREFIX = "/api/2.0"
_SERVICE = re.compile(r"/admin/customers/customer/(?:0|\{customer_id\})/(\w+-services)")
_ZERO: dict[str, Any] = {"bool": "0", "decimal": "0.0000", "int": None, "switch": 0}
_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Method:
    """One operation: its success status, structures, and whether it takes lists' query syntax."""

    status: int
    body: str | None = None
    answer: str | None = None
    is_list: bool = False
    is_search: bool = False
    form: bool = False
    query: tuple[str, ...] = ()


@dataclass(frozen=True)
class Path:
    """A path template with its operations and what a live server was seen to answer."""

    template: str
    methods: dict[str, Method]
    options: tuple[tuple[Any, ...], ...] | None = None
    options_additional: bool = False
    recorded: dict[str, int] = field(default_factory=dict)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the path's parameters, in order."""
        return tuple(_PARAMETER.findall(self.template))


@dataclass
class Resource:
    """A kind of record. ``locate``: parameter of the item path → column; ``scope``: the same for the collection."""

    name: str
    collection: str | None = None
    item: str | None = None
    fields: dict[str, Field] = field(default_factory=dict)
    creatable: frozenset[str] = frozenset()
    updatable: frozenset[str] = frozenset()
    required: tuple[str, ...] = ()
    server_made: frozenset[str] = frozenset()
    foreign_keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unique: tuple[str, ...] = ()
    unique_together: tuple[str, ...] = ()
    module: str | None = None
    locate: dict[str, str] = field(default_factory=dict)
    scope: dict[str, str] = field(default_factory=dict)
    id_in_answer: str = "id"
    defaults: dict[str, Any] = field(default_factory=dict)
    options: tuple[tuple[Any, ...], ...] | None = None
    list_hidden: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Contract:
    """Everything that the server is driven by."""

    paths: dict[str, Path]
    structures: dict[str, dict[str, Any]]
    resources: dict[str, Resource]
    additional_field_modules: tuple[str, ...]
    download_modules: tuple[str, ...]
    module_resource: dict[str, tuple[str, ...]]
    disabled: frozenset[str]
    volatile: frozenset[str]
    facts: dict[str, Any]

    def fields_of(self, structure: str) -> dict[str, Field]:
        """Columns of a nested structure (invoice items …)."""
        return _structure_fields(self.structures, structure)


def resource_name(template: str) -> str:
    """``/admin/customers/customer/{id}`` → ``customers/customer``; services are named without the customer."""
    if found := _SERVICE.match(template):
        return f"customers/{found.group(1)}"
    trimmed = template.removeprefix("/admin/").removeprefix("/")
    return re.split(r"/?\{|--", trimmed)[0].rstrip("/")


def label_of(name: str) -> str:
    """A readable title where OPTIONS gave none."""
    return name.replace("_", " ").strip().capitalize()


def _structure_fields(structures: dict[str, dict[str, Any]], name: str | None) -> dict[str, Field]:
    if name is None or name not in structures:
        return {}
    found = structures[name].get("fields", {})
    return {key: make_field(key, raw, label_of(key)) for key, raw in found.items() if key != "additional_attributes"}


def _paths(data: dict[str, Any]) -> dict[str, Path]:
    paths = {}
    for template, raw in data["paths"].items():
        methods = {
            name: Method(
                status=m["status"],
                body=m.get("in"),
                answer=m.get("out"),
                is_list=bool(m.get("list") or m.get("list_query")),
                is_search=bool(m.get("search")),
                form=bool(m.get("form")),
                query=tuple(m.get("query", ())),
            )
            for name, m in raw["methods"].items()
        }
        options = raw.get("options")
        paths[template] = Path(
            template,
            methods,
            tuple(tuple(row) for row in options) if options is not None else None,
            bool(raw.get("options_additional")),
            {key: int(value) for key, value in raw.get("recorded", {}).items()},
        )
    return paths


def _item_template(collection: str, facts: dict[str, Any], paths: dict[str, Path]) -> str | None:
    name = resource_name(collection)
    if name in facts["item_paths"]:
        return str(facts["item_paths"][name])
    pattern = re.compile(re.escape(collection) + r"(?:/|--)(\{\w+\}(?:--\{\w+\})?)\Z")
    return next((template for template in paths if pattern.match(template)), None)


def _raw_field(name: str, structures: list[dict[str, Any]]) -> dict[str, Any]:
    """What all structures of a resource together say about a field: the first that knows it, database facts added."""
    merged: dict[str, Any] = {}
    for structure in structures:
        for key, value in structure.get("fields", {}).get(name, {}).items():
            merged.setdefault(key, value)
    return merged


def _make_resource(
    name: str, templates: list[Path], data: dict[str, Any], facts: dict[str, Any], paths: dict[str, Path]
) -> Resource:
    structures: dict[str, Any] = data["structures"]
    collection = next((p for p in templates if {"POST"} & set(p.methods)), None) or templates[0]
    item_template = _item_template(collection.template, facts, paths)
    item = paths[item_template] if item_template else None
    if item is None and "PUT" in collection.methods:
        collection, item = Path("", {}), collection
    members = [path for path in (collection, item) if path is not None]
    members += [path for path in templates if path not in members]
    bodies: dict[str, str] = {}
    for path in members:
        for verb, method in path.methods.items():
            if method.body:
                bodies.setdefault(verb, method.body)
    outs = [m.answer for path in members for verb, m in path.methods.items() if m.answer and verb == "GET"]
    create, update = structures.get(bodies.get("POST") or "", {}), structures.get(bodies.get("PUT") or "", {})
    ordered = [create, update, *(structures.get(out, {}) for out in outs)]
    titles = {row[0]: row for row in collection.options or ()}
    live_only = {key for structure in ordered for key in structure.get("live_only", ())}
    names = [key for structure in ordered for key in structure.get("fields", {})]
    names += sorted(set(titles) | live_only)
    also = list(facts["also_writable"].get(name, ()))
    columns: dict[str, Field] = {}
    for key in [*names, *also]:
        if key in columns or key == "additional_attributes":
            continue
        raw = _raw_field(key, ordered)
        if key in titles:
            raw.setdefault("live", titles[key][1])
        title = titles[key][3] if key in titles and len(titles[key]) > 3 else label_of(key)
        columns[key] = _corrected(make_field(key, raw, title), name, facts)
    known = set(create.get("fields", {})) | live_only | set(also) | set(titles)
    updatable = known | set(update.get("fields", {}))
    server_made = set(facts["server_made"]["*"]) | set(facts["server_made"].get(name, ()))
    keys = {key: (t,) if isinstance(t, str) else tuple(t) for key, t in facts["foreign_keys"].get(name, {}).items()}
    for key in keys:
        if key not in columns:
            columns[key] = make_field(key, {"type": "number"}, label_of(key))
    lists = {structures_key for m in [collection.methods.get("GET")] if m and (structures_key := m.answer)}
    hidden = {"password"} - {key for out in lists for key in structures.get(out, {}).get("fields", {})}
    answer = structures.get(collection.methods["POST"].answer or "", {}) if "POST" in collection.methods else {}
    return Resource(
        name=name,
        collection=collection.template or None,
        item=item.template if item else None,
        fields=columns,
        creatable=frozenset(known - {"additional_attributes"}),
        updatable=frozenset(updatable - {"additional_attributes"}),
        required=_required(name, create, facts),
        server_made=frozenset(server_made),
        foreign_keys=keys,
        unique=tuple(facts["unique"].get(name, ())),
        unique_together=tuple(facts["unique_together"].get(name, ())),
        module=facts["modules"].get(name),
        locate=_locate(name, item, collection, facts),
        scope={p: _scope_column(p, columns) for p in collection.parameters},
        id_in_answer=next(iter(answer.get("fields", {"id": None})), "id"),
        defaults=dict(facts["defaults"].get(name, {})),
        options=collection.options,
        list_hidden=frozenset(hidden),
    )


def _corrected(spec: Field, resource: str, facts: dict[str, Any]) -> Field:
    """Apply kinds and lengths that are known better than the contract has them."""
    kind = facts["kinds"].get(resource, {}).get(spec.name)
    length = facts["max_length"].get(resource, {}).get(spec.name)
    if kind is not None and kind != spec.kind:
        spec = replace(spec, kind=kind, enum=(), default=_ZERO.get(kind, spec.default))
    if length is not None and spec.max_length is None and spec.kind in {"string", "email"}:
        spec = replace(spec, max_length=length)
    return spec


def _required(name: str, create: dict[str, Any], facts: dict[str, Any]) -> tuple[str, ...]:
    """Required as live; where nothing was recorded, as documented (research/mapping.md §0.4)."""
    if name in facts["required"]:
        return tuple(facts["required"][name])
    found = create.get("live_required") if "live_required" in create else create.get("required", [])
    return tuple(key for key in found or [] if key not in facts["not_required"].get(name, ()))


def _scope_column(parameter: str, columns: dict[str, Field]) -> str:
    if parameter == "network":
        return "ipv6_networks_id" if "ipv6_networks_id" in columns else "ipv4_networks_id"
    return parameter


def _locate(name: str, item: Path | None, collection: Path, facts: dict[str, Any]) -> dict[str, str]:
    if item is None:
        return {}
    if name in facts["locate"]:
        return dict(facts["locate"][name])
    parameters = item.parameters
    own = [p for p in parameters if p not in collection.parameters]
    if name == "config/additional-fields":
        return {"module": "module", "name": "name"}
    located = {p: p for p in parameters if p in collection.parameters}
    return {**located, **dict.fromkeys(own[-1:], "id"), **{p: p for p in own[:-1]}}


def _load_json(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files("sandbox.splynx").joinpath(name).read_text("utf-8"))
    return loaded


@cache
def load() -> Contract:
    """Read the contract once per process."""
    data, facts = _load_json("contract.json"), _load_json("facts.json")
    paths = _paths(data)
    grouped: dict[str, list[Path]] = {}
    for path in paths.values():
        if "/customer/0/" not in path.template:
            grouped.setdefault(resource_name(path.template), []).append(path)
    resources = {}
    for name, templates in grouped.items():
        bases = [p for p in templates if _is_base(p.template, facts)]
        if bases:
            bases.sort(key=lambda p: ("POST" not in p.methods, len(p.template)))
            resources[name] = _make_resource(name, bases, data, facts, paths)
    for alias in facts["item_paths"].values():
        resources.pop(resource_name(alias), None)
    by_module: dict[str, tuple[str, ...]] = {}
    for name, module in facts["modules"].items():
        by_module[module] = (*by_module.get(module, ()), name)
    return Contract(
        paths, data["structures"], resources, tuple(data["additional_field_modules"]),
        tuple(data["download_modules"]), by_module, frozenset(facts["disabled_modules"]),
        frozenset(facts["volatile"]), facts,
    )  # fmt: skip


def _is_base(template: str, facts: dict[str, Any]) -> bool:
    """Collections and plain items; actions such as {id}--upload are not what a resource is made from."""
    if template in facts["item_paths"].values():
        return True
    return re.search(r"\}--[a-z]|\}-[a-z]", template.replace("}--{", "")) is None
