"""A model: a header and one SELECT (docs/reference/models.md).

    -- resource: customers
    -- natural_key: [login]
    -- on_delete: end
    -- end: {status: disabled}
    -- description: Accounts become customers.
    SELECT …

The leading comment lines are YAML. The section is the folder's name, the model's name is `section/file`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from target_splynx.contract.resource import Resource, resources
from target_splynx.errors import ModelError

SECTIONS = (
    "foundation",
    "catalogue",
    "network",
    "customers",
    "services",
    "inventory",
    "support",
    "scheduling",
    "documents",
    "voice",
    "money",
    "go_live",
)

_KNOWN = {
    "resource",
    "mode",
    "natural_key",
    "on_delete",
    "end",
    "description",
    "marker",
    "generate",
    "after",
    "sequence",
    "later",
    "becomes",
}


@dataclass(frozen=True)
class Model:
    """One SQL file.

    `mode`: `create` makes records, `patch` changes records that another model (or Splynx itself) makes.
    `after`: models that must be written before this one although it reads nothing of theirs.
    `generate`: fields that get a random secret on creation (passwords of administrators); told in `passwords.csv` only.
    `natural_key`: fields by which a record that exists already is recognised after the marker failed.
    `sequence`: a field; rows with the same value in it are written one after another, in the order of the column
    `_position`.
    `later`: fields that a new record is made without, and gets by a change at once afterwards: what Splynx sends to
    whom it has just met (welcome messages) finds no address.
    `becomes`: the resource that the changed record turns into (a lead that is converted, into `customers`); the model
    that makes records of that resource finds it under the same source key.
    """

    name: str
    section: str
    path: Path
    sql: str
    first_line: int
    resource: Resource
    mode: str = "create"
    natural_key: tuple[str, ...] = ()
    on_delete: str | None = None
    end: dict[str, Any] = field(default_factory=dict)
    description: str = ""
    marker: bool = True
    generate: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    sequence: str | None = None
    later: tuple[str, ...] = ()
    becomes: str | None = None

    @property
    def table(self) -> str:
        """Name of the table that holds this model's rows while planning."""
        return self.name.replace("/", "__")

    @property
    def marked(self) -> bool:
        """Whether its records carry the additional field `sonar_id`."""
        return self.mode == "create" and self.marker and self.resource.additional_fields is not None


@dataclass(frozen=True)
class Part:
    """A SELECT that several models share: a file beside the section folders, read as `shared.<file name>`."""

    name: str
    path: Path
    sql: str
    first_line: int = 1


def read_part(path: Path) -> Part:
    """A shared part: plain SQL, comments and all."""
    return Part(path.stem, path, path.read_text(encoding="utf-8").strip().rstrip(";"))


def read_model(path: Path) -> Model:
    """Parse one file.

    Raises:
        ModelError: the header is no YAML, misses `resource`, or names something unknown.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    header_lines = [
        line[2:].removeprefix(" ") for line in itertools.takewhile(lambda line: line.startswith("--"), lines)
    ]
    header = _header(path, lines, header_lines)
    resource, mode = _resource(path, lines, header)
    on_delete = header.get("on_delete")
    if on_delete not in {None, "ignore", "end", "delete"}:
        raise ModelError(
            path,
            f"`on_delete: {on_delete}` is not known.",
            line=_line_of(lines, "on_delete:"),
            remedy="Use ignore, end or delete.",
        )
    return Model(
        name=f"{path.parent.name}/{path.stem}",
        section=path.parent.name,
        path=path,
        sql="\n".join(lines[len(header_lines) :]).strip().rstrip(";"),
        first_line=len(header_lines) + 1,
        resource=resource,
        mode=mode,
        natural_key=tuple(header.get("natural_key") or ()),
        on_delete=on_delete,
        end=dict(header.get("end") or {}),
        description=str(header.get("description") or ""),
        marker=header.get("marker", True) is not False,
        generate=tuple(header.get("generate") or ()),
        after=tuple(header.get("after") or ()),
        sequence=header.get("sequence"),
        later=_later(path, lines, header, resource, mode),
        becomes=_becomes(path, lines, header, resource, mode),
    )


def _header(path: Path, lines: list[str], header_lines: list[str]) -> dict[str, Any]:
    try:
        header = yaml.safe_load("\n".join(header_lines)) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ModelError(path, "the header is not valid YAML.", line=mark.line + 1 if mark else 1) from None
    if not isinstance(header, dict):
        raise ModelError(path, "the header is not a list of `key: value` lines.", line=1)
    for key in header:
        if key not in _KNOWN:
            raise ModelError(
                path,
                f"unknown header key `{key}`.",
                line=_line_of(lines, f"{key}:"),
                remedy=f"Known: {', '.join(sorted(_KNOWN))}.",
            )
    return header


def _resource(path: Path, lines: list[str], header: dict[str, Any]) -> tuple[Resource, str]:
    """The resource and the mode, which must fit each other."""
    name = header.get("resource")
    if not name:
        raise ModelError(path, "the header misses `resource:`.", line=1, remedy="Add e.g. `-- resource: customers`.")
    resource = resources().get(name)
    if resource is None:
        near = ", ".join(sorted(n for n in resources() if str(name)[:4] in n)) or "see docs/reference"
        raise ModelError(
            path, f"`{name}` is no resource of Splynx.", line=_line_of(lines, "resource:"), remedy=f"Near: {near}."
        )
    mode = header.get("mode", "create")
    if mode not in {"create", "patch"}:
        raise ModelError(
            path, f"`mode: {mode}` is not known.", line=_line_of(lines, "mode:"), remedy="Use create or patch."
        )
    if mode == "create" and not resource.can_create:
        raise ModelError(path, f"Splynx has no POST for {name}.", line=1, remedy="Use `-- mode: patch`.")
    if mode == "patch" and not resource.can_update:
        raise ModelError(path, f"Splynx has no PUT for {name}.", line=1)
    return resource, mode


def _later(path: Path, lines: list[str], header: dict[str, Any], resource: Resource, mode: str) -> tuple[str, ...]:
    """Fields that are set by a change; only what can be created and changed has any."""
    later = tuple(header.get("later") or ())
    if later and (mode != "create" or not resource.can_update):
        raise ModelError(
            path,
            f"`later` needs a POST and a PUT of {resource.name}, and a model that creates.",
            line=_line_of(lines, "later:"),
        )
    if unknown := [name for name in later if name not in resource.fields]:
        raise ModelError(
            path, f"`{unknown[0]}` (later) is no field of {resource.name}.", line=_line_of(lines, "later:")
        )
    return later


def _becomes(path: Path, lines: list[str], header: dict[str, Any], resource: Resource, mode: str) -> str | None:
    """What the changed record turns into: only a PUT that does something to a record can."""
    becomes = header.get("becomes")
    if becomes and (becomes not in resources() or mode != "patch" or not resource.parent):
        raise ModelError(
            path,
            f"`becomes: {becomes}` needs a patch of what belongs to a record, and a resource of Splynx.",
            line=_line_of(lines, "becomes:"),
        )
    return str(becomes) if becomes else None


def _line_of(lines: list[str], text: str) -> int:
    return next((number for number, line in enumerate(lines, 1) if text in line), 1)
