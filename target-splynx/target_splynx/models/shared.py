"""Queries that several models share, put into a model's SQL as common table expressions.

In: a model's SQL that reads `shared.<name>`, and the folder(s) with the shared files (`<mapping>/<name>.sql`, beside the
section folders). Out: one SELECT that reads nothing but `sonar.*`, `splynx.*` and `engine.*`, so that the engine's check of what
a model reads, and its order of loading, hold for the shared parts too.

The expressions are put before the model's first line without a line break: an error still names the model's own line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_REFERENCE = re.compile(r"\bshared\.([a-z_][a-z0-9_]*)")
_COMMENT = re.compile(r"--[^\n]*")
# Quoted text and comments are copied as they are, so that a `--` in a text is no comment.
_TOKEN = re.compile(r"'(?:[^']|'')*'|--[^\n]*")
_WITH = re.compile(r"\A(\s*(?:--[^\n]*\n\s*)*)WITH\s+", re.IGNORECASE)


class UnknownSharedQueryError(LookupError):
    """A model reads `shared.<name>`, and no file has that name."""


def read_shared(*folders: Path) -> dict[str, str]:
    """The shared queries of the folders, by name; a later folder's file replaces an earlier one's."""
    return {
        path.stem: _without_comments(path.read_text(encoding="utf-8")).strip().rstrip(";")
        for folder in folders
        for path in sorted(folder.glob("*.sql"))
    }


def expand(sql: str, shared: Mapping[str, str]) -> str:
    """The SQL with every `shared.<name>` it needs, direct or through others, as `WITH shared_<name> AS (…)`.

    Raises:
        UnknownSharedQueryError: a name has no file.
        ValueError: shared queries read each other in a circle.
    """
    order: list[str] = []
    _collect(_names(sql), shared, order, ())
    if not order:
        return sql
    parts = ", ".join(f"shared_{name} AS ({_one_line(_renamed(shared[name]))})" for name in order)
    body = _renamed(sql)
    if opening := _WITH.match(body):
        # Comments before the first WITH stay where they are.
        return f"{opening[1]}WITH {parts}, {body[opening.end() :]}"
    return f"WITH {parts} {body}"


def _collect(names: list[str], shared: Mapping[str, str], order: list[str], path: tuple[str, ...]) -> None:
    for name in names:
        if name in order:
            continue
        if name in path:
            raise ValueError(f"shared queries read each other: {' → '.join((*path, name))}")
        if name not in shared:
            raise UnknownSharedQueryError(f"there is no shared query `{name}` (known: {', '.join(sorted(shared))})")
        _collect(_names(shared[name]), shared, order, (*path, name))
        order.append(name)


def _names(sql: str) -> list[str]:
    return list(dict.fromkeys(_REFERENCE.findall(_without_comments(sql))))


def _renamed(sql: str) -> str:
    """`shared.accounts` → `shared_accounts`, outside texts and comments."""
    return _outside_tokens(sql, lambda code: _REFERENCE.sub(r"shared_\1", code))


def _without_comments(sql: str) -> str:
    return _TOKEN.sub(lambda token: "" if _COMMENT.match(token[0]) else token[0], sql)


def _one_line(sql: str) -> str:
    return _outside_tokens(sql, lambda code: re.sub(r"\s+", " ", code))


def _outside_tokens(sql: str, change: object) -> str:
    assert callable(change)
    parts, position = [], 0
    for token in _TOKEN.finditer(sql):
        parts += [change(sql[position : token.start()]), token[0]]
        position = token.end()
    return "".join([*parts, change(sql[position:])])
