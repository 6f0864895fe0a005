"""Which existing record of Splynx a new record of the source is: policies, in order (setting `adopt`).

* `marker`: the additional field `sonar_id` says so. For resources without additional fields the natural key stands in.
* `natural_key`: the fields that the model names are equal. For some resources that alone proves little, because the key
  may be a number that both systems count up from one: then something else has to agree (`CONFIRMED_BY`).
* `login`: the login is equal, nothing else is asked.
* `email_name`: e-mail and name are equal.
* `never`: nothing is taken over.

Texts are compared without regard to case and outer blanks. A record that carries another marker, or that the ledger
knows under another key, is somebody else's. Two candidates, or two source records for one candidate, are never guessed
between; and where a policy that is switched off would have found a record, the source record is rejected too, because
creating it would double it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from target_splynx.contract.live import MARKER
from target_splynx.contract.resource import path_parameters
from target_splynx.modelling.model import Model
from target_splynx.planning.diff import ATTRIBUTES

POLICIES = ("marker", "natural_key", "login", "email_name", "never")
DEFAULT = ("marker", "natural_key")

CONFIRMED_BY: Mapping[str, tuple[str, ...]] = {
    "customers": ("email", "name", "street_1"),
    "services_internet": ("customer_id",),
    "services_voice": ("customer_id",),
    "services_recurring": ("customer_id",),
    "services_bundle": ("customer_id",),
}
"""Resource → fields of which one more must agree with an equal natural key. A customer's login may be an account number
here and a number counted up by Splynx there; a login of a service may have been given to another customer."""

_FIXED = frozenset({"additional_fields"})
"""The tool's own fields: module and name identify them completely, whatever the policies."""

Wanted = tuple[str, Mapping[str, Any]]
"""Source key and the fields of the model's row."""


@dataclass(frozen=True)
class Match:
    """What an existing record is to a new source key: the record, or why it cannot be told (`ambiguous`: the ids)."""

    row: dict[str, Any] | None
    ambiguous: tuple[str, ...] = ()
    policy: str = "natural_key"
    code: str = "ambiguous_match"
    message: str = ""
    remedy: str = "Write the source id into the additional field sonar_id of the right one."


def compared_fields(model: Model) -> tuple[str, ...]:
    """Fields of a row that any policy looks at."""
    owner = path_parameters(model.resource.listing)
    names = {*model.natural_key, *owner, "login", "email", "name", *CONFIRMED_BY.get(model.resource.name, ())}
    return tuple(sorted(names & {*model.resource.fields, *model.resource.collection_parameters, *model.natural_key}))


def searched_fields(model: Model, policies: Sequence[str]) -> tuple[str, ...]:
    """One field per policy by which a list can be narrowed."""
    found = [model.natural_key[-1]] if model.natural_key else []
    if "login" in policies and "login" in model.resource.read:
        found.append("login")
    if "email_name" in policies and _has_email(model):
        found.append("email")
    return tuple(dict.fromkeys(found))


def choose(
    model: Model,
    policies: Sequence[str],
    wanted: Sequence[Wanted],
    rows: Iterable[dict[str, Any]],
    *,
    taken: Mapping[str, Collection[str]] | None = None,
) -> dict[str, Match]:
    """Source key → existing record, or why it cannot be told; keys without an entry are new.

    `taken`: id → source keys, of records that the ledger knows.
    """
    free: list[dict[str, Any]] = []
    by_marker: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if mark := marker_of(row):
            by_marker.setdefault(mark, []).append(row)
        else:
            free.append(row)
    found: dict[str, Match] = {}
    left: list[Wanted] = []
    for key, fields in wanted:
        candidates = by_marker.get(key, []) if model.marked else []
        if candidates:
            found[key] = _marked(policies, candidates)
        else:
            left.append((key, fields))
    for policy in _order(model, policies):
        allowed = _allowed(model, policy, policies)
        here = _by_policy(model, policy, left, free, taken or {})
        if allowed:
            left = [w for w in left if w[0] not in here or here[w[0]].row is None]
        else:
            here = {key: _not_allowed(model, policy, match) for key, match in here.items() if key not in found}
        found |= here
    return found


def equal_by_key(model: Model, fields: Mapping[str, Any], rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that bear a record's natural key and nobody's marker; none when a part of the key is empty."""
    wanted = _key(model.natural_key, fields)
    if not wanted or not all(wanted):
        return []
    return [row for row in rows if not marker_of(row) and _key(model.natural_key, row) == wanted]


def _allowed(model: Model, policy: str, policies: Sequence[str]) -> bool:
    if model.resource.name in _FIXED:
        return True
    if "never" in policies:
        return False
    return policy in policies or (policy == "natural_key" and not model.marked)


def _order(model: Model, policies: Sequence[str]) -> list[str]:
    """The policies that look beyond the marker; the natural key last when it is only there to warn."""
    named = [p for p in policies if p in {"natural_key", "login", "email_name"}]
    if "natural_key" not in named:
        named.append("natural_key")
    return [
        p
        for p in named
        if (p != "login" or "login" in model.resource.read) and (p != "email_name" or _has_email(model))
    ]


def _marked(policies: Sequence[str], candidates: list[dict[str, Any]]) -> Match:
    if len(candidates) > 1:
        return Match(
            None, _shown(candidates), "marker", remedy="Take the additional field sonar_id off the wrong ones."
        )
    match = Match(candidates[0], policy="marker")
    return match if "marker" in policies else _not_allowed(None, "marker", match)


def _by_policy(
    model: Model,
    policy: str,
    left: Sequence[Wanted],
    free: Sequence[dict[str, Any]],
    taken: Mapping[str, Collection[str]],
) -> dict[str, Match]:
    names = {"natural_key": model.natural_key, "login": ("login",), "email_name": ("email", "name")}[policy]
    if not names or not left:
        return {}
    index: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in free:
        index.setdefault(_key(names, row), []).append(row)
    confirming = CONFIRMED_BY.get(model.resource.name, ()) if policy == "natural_key" else ()
    found: dict[str, Match] = {}
    twins = _twins(model, names, left)
    claimed: dict[int, list[str]] = {}  # rows by identity: additional fields have no id, and one name in every module
    for key, fields in left:
        wanted_key = _key(names, fields)
        if not all(wanted_key):
            continue
        candidates = [row for row in index.get(wanted_key, []) if not _taken(model, key, row, taken)]
        agreeing = _one_of(
            twins.get(wanted_key, ()), key, [row for row in candidates if _confirmed(model, confirming, fields, row)]
        )
        if len(agreeing) == 1:
            found[key] = Match(agreeing[0], policy=policy)
            claimed.setdefault(id(agreeing[0]), []).append(key)
        elif candidates:
            found[key] = Match(
                None,
                _shown(agreeing or candidates),
                policy,
                message="" if agreeing else _doubt(names, confirming, candidates),
            )
    for keys in claimed.values():
        if len(keys) > 1:
            for key in keys:
                row = found[key].row or {}
                found[key] = Match(
                    None,
                    _shown([row]),
                    policy,
                    message=f"{len(keys)} source records could be the same record of Splynx ({_shown([row])[0]}).",
                )
    return found


def _twins(model: Model, names: Sequence[str], left: Sequence[Wanted]) -> dict[tuple[str, ...], list[str]]:
    """Files of one name at one place, which nothing tells apart: where Splynx has as many, each is one of them."""
    found: dict[tuple[str, ...], list[str]] = {}
    if model.resource.upload is not None:
        for key, fields in left:
            found.setdefault(_key(names, fields), []).append(key)
    return found


def _one_of(twins: Sequence[str], key: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [sorted(rows, key=_number)[twins.index(key)]] if len(rows) == len(twins) > 1 else rows


def _number(row: Mapping[str, Any]) -> int:
    return int(row["id"]) if str(row.get("id", "")).isdigit() else 0


def _taken(model: Model, key: str, row: Mapping[str, Any], taken: Mapping[str, Collection[str]]) -> bool:
    """Whether the ledger knows the record under other keys only."""
    keys = taken.get(str(model.resource.record_id(row)), ())
    return bool(keys) and key not in keys and model.resource.name not in _FIXED


def _confirmed(model: Model, names: Sequence[str], fields: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Whether one more field agrees; a field that is the natural key's own says nothing new."""
    names = [name for name in names if name not in model.natural_key]
    return not names or any(
        _text(fields.get(name)) and _text(fields.get(name)) == _text(row.get(name)) for name in names
    )


def _doubt(names: Sequence[str], confirming: Sequence[str], candidates: list[dict[str, Any]]) -> str:
    return (
        f"Splynx has a record with the same {' and '.join(names)} ({', '.join(_shown(candidates))}), but nothing else "
        f"of it agrees ({', '.join(confirming)}): it may be somebody else's."
    )


def _not_allowed(model: Model | None, policy: str, match: Match) -> Match:
    """A record is there and may not be taken over: creating it would double it."""
    if match.row is None:
        return match
    names = model.natural_key if model and policy == "natural_key" else policy.split("_")
    return Match(
        None,
        _shown([match.row]),
        policy,
        code="exists_already",
        message=(
            f"Splynx has it already (same {' and '.join(names)}: {_shown([match.row])[0]}), "
            "and `adopt` does not allow to take it over."
        ),
        remedy=f"Add {policy} to `adopt`, or write the source id into its additional field sonar_id.",
    )


def _shown(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(str(row.get("id", row.get("name"))) for row in rows)


def _has_email(model: Model) -> bool:
    return {"email", "name"} <= model.resource.fields.keys()


def _key(names: Sequence[str], values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_text(values.get(name)) for name in names)


def _text(value: Any) -> str:
    return " ".join(str(value).split()).casefold() if value not in (None, "") else ""


def marker_of(row: Mapping[str, Any]) -> str | None:
    """The marker of a record as Splynx lists it; None when the answer does not show additional fields."""
    attributes = row.get(ATTRIBUTES)
    if isinstance(attributes, Mapping):
        value = attributes.get(MARKER)
        return str(value) if value not in (None, "") else ""
    # PHP writes an empty object as [].
    return "" if isinstance(attributes, list) else None
