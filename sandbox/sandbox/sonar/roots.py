"""The roots of Sonar that are no regular connections: settings, lookups, time series, lists of other systems.

In: the name of a root field. Out: its resolver. The contract has only their signatures; what they answer here
is a GUESS throughout: rows of the store where it has any, empty lists for time series and for systems that
this instance is not connected with, an error where the thing asked for does not exist.
"""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLError

from sandbox.sonar.contract import load_contract
from sandbox.sonar.filters import Condition, Filters
from sandbox.sonar.functions import networks_of
from sandbox.sonar.resolvers import (
    Info,
    Resolver,
    check_permission,
    hidden_rows,
    page_of,
    read_rows,
    root_connection,
)
from sandbox.sonar.rows import ALIAS, Request, Row, page_info, read_paginator
from sandbox.sonar.transactions import resolve_core_transactions, resolve_transactions

_REPORTS = (
    ("Accounts by status", "Accounts", "accounts_by_status"),
    ("Invoices due", "Billing", "invoices_due"),
)
_NEVER = "1970-01-01T00:00:00+00:00"


def irregular_root(name: str) -> Resolver:
    """The resolver of an irregular root; a ``KeyError`` names a root that this module does not know."""
    contract = load_contract()
    if name in contract.singletons:
        return _singleton(contract.singletons[name])
    return _RESOLVERS[name]


# --- settings
# ------------------------------------------------------------------------------------------------------------


def default_values(type_name: str, request: Request) -> dict[str, Any]:
    """A row that the store has not: an instance always has its settings. Only fields that must not be null are set."""
    contract = load_contract()
    generated = request.connection.execute("SELECT value FROM _meta WHERE key = 'generated_at'").fetchone()
    values: dict[str, Any] = {}
    for name, field in contract.leaf_fields(type_name).items():
        if not field.type.non_null:
            values[name] = None
        elif field.type.name in contract.enums:
            values[name] = [] if field.type.is_list else contract.enums[field.type.name][0]
        else:
            values[name] = _DEFAULTS.get(field.type.name, "")
        if name in {"created_at", "updated_at"}:
            values[name] = generated[0] if generated else _NEVER
    if "sonar_unique_id" in values:
        values["sonar_unique_id"] = f"{type_name}-1"
    return values


_DEFAULTS: dict[str, Any] = {
    "Int64Bit": 1,
    "Int": 0,
    "Float": 0.0,
    "Boolean": 0,
    "Date": _NEVER[:10],
    "Datetime": _NEVER,
    "EmailAddress": "integration@example.com",
    "HtmlHexColor": "#000000",
    "IP": "127.0.0.1",
    "Latitude": "0.0",
    "Longitude": "0.0",
    "Time": "00:00:00",
    "URL": "https://example.com",
    "HttpsUrl": "https://example.com",
}


def _singleton(type_name: str) -> Resolver:
    def resolve(_source: Any, info: Info) -> Row:
        check_permission(info, type_name)
        rows = read_rows(info.context, type_name, Condition(), limit=1)
        if rows:
            return rows[0]
        values = default_values(type_name, info.context)
        if type_name == "Me":
            # The token is that of the first user.
            for user in read_rows(info.context, "User", Condition(), limit=1):
                values |= {name: value for name, value in user.values.items() if name in values}
        return Row(type_name, values)

    return resolve


# --- one row by what it is called
# -----------------------------------------------------------------------------------------


def _one(info: Info, type_name: str, condition: Condition, what: str) -> Row:
    rows = read_rows(info.context, type_name, condition, limit=1)
    if not rows:
        raise GraphQLError(f"No {type_name} was found for {what}.")
    return rows[0]


def _by_id(info: Info, type_name: str, identity: int) -> Row:
    return _one(info, type_name, Condition(f'{ALIAS}."id" = ?', (identity,)), f"id {identity}")


def _canned_reply(_source: Any, info: Info, canned_reply_id: int, ticket_id: int) -> Row:
    _by_id(info, "Ticket", ticket_id)
    return _by_id(info, "CannedReply", canned_reply_id)


def _email_lookup(_source: Any, info: Info, email_address: str, **_rest: Any) -> Row:
    condition = Condition(f'sonar_fold({ALIAS}."email_address") = ?', (email_address.casefold(),))
    return _one(info, "Contact", condition, email_address)


def _validate_credential(_source: Any, _info: Info, **_rest: Any) -> Row:
    # No password is kept here, so none is right.
    raise GraphQLError("The username or password is not correct.")


def _fibermap_address(_source: Any, info: Info, **_rest: Any) -> Row:
    return _one(info, "Address", Condition("0"), "that service location")


# --- lists with or without pages
# --------------------------------------------------------------------------------------------


def _empty_page(_source: Any, info: Info, paginator: Mapping[str, Any] | None = None, **_rest: Any) -> Any:
    page, size = read_paginator(paginator, info.context.limits, nested=False)
    return {"entities": [], "page_info": page_info(page, size, 0)}


def _empty_list(_source: Any, _info: Info, **_rest: Any) -> list[Any]:
    return []


def _account_ip_assignments(
    _source: Any,
    info: Info,
    account_id: int | None = None,
    paginator: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Every subnet of an account: its own and those of its RADIUS accounts."""
    check_permission(info, "IpAssignment")
    page, size = read_paginator(paginator, info.context.limits, nested=False)
    sql = """SELECT account_id, subnet FROM (
        SELECT ipassignmentable_id AS account_id, subnet FROM "IpAssignment" WHERE ipassignmentable_type = 'Account'
        UNION ALL
        SELECT r.account_id, i.subnet FROM "IpAssignment" i JOIN "RadiusAccount" r ON r.id = i.ipassignmentable_id
        WHERE i.ipassignmentable_type = 'RadiusAccount')"""
    parameters: tuple[Any, ...] = ()
    if account_id is not None:
        sql, parameters = f"{sql} WHERE account_id = ?", (account_id,)
    found = info.context.connection.execute(f"{sql} ORDER BY account_id, subnet", parameters).fetchall()
    first = (page - 1) * size
    rows = [{"account_id": owner, "subnet": subnet} for owner, subnet in found[first : first + size]]
    return {"entities": rows, "page_info": page_info(page, size, len(found))}


def _custom_links(
    _source: Any, info: Info, model: str, paginator: Mapping[str, Any] | None = None, **owner: int
) -> dict[str, Any]:
    _by_id(info, model, owner["id"])
    page, size = read_paginator(paginator, info.context.limits, nested=False)
    rows = read_rows(info.context, "CustomLink", Condition(f'{ALIAS}."model" = ?', (model,)))
    first = (page - 1) * size
    return {"entities": rows[first : first + size], "page_info": page_info(page, size, len(rows))}


def _general_search(
    _source: Any,
    info: Info,
    entities: list[str],
    search: str,
    paginator: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Rows of the named types whose text holds ``search``, type by type in the order asked for."""
    contract = load_contract()
    request: Request = info.context
    page, size = read_paginator(paginator, request.limits, nested=False)
    rows: list[Row] = []
    for type_name in entities:
        if type_name not in contract.implementers["SearchableInterface"]:
            raise GraphQLError(f'The entity "{type_name}" cannot be searched.')
        found = Filters().general_search(type_name, search, ALIAS)
        hidden = hidden_rows(type_name, archived=False)
        both = Condition(f"{found.sql} AND {hidden.sql}" if hidden.sql else found.sql, found.parameters)
        rows.extend(read_rows(request, type_name, both, limit=request.limits.window))
    first = (page - 1) * size
    return {
        "entities": rows[first : first + size],
        "page_info": page_info(page, size, len(rows)),
        "aggregations": [],
    }


def _overlays_within_box(_source: Any, info: Info, north: float, east: float, south: float, west: float) -> Any:
    box = Condition(
        f'CAST({ALIAS}."latitude" AS REAL) BETWEEN ? AND ? AND CAST({ALIAS}."longitude" AS REAL) BETWEEN ? AND ?',
        (south, north, west, east),
    )
    return page_of(info.context, "MapOverlay", box, {}, nested=False)


def _personal_access_tokens(_source: Any, info: Info) -> dict[str, Any]:
    check_permission(info, "PersonalAccessToken")
    return {"entities": read_rows(info.context, "PersonalAccessToken", Condition())}


def _explores(_source: Any, _info: Info) -> dict[str, Any]:
    rows = [{"name": name, "category": category, "endpoint": endpoint} for name, category, endpoint in _REPORTS]
    return {"entities": rows}


def _reports(_source: Any, _info: Info) -> dict[str, Any]:
    more = {"thumbnail_url": "https://example.com/report.png", "is_custom": False, "is_user": False}
    rows = [{"name": name, "category": category, "endpoint": endpoint, **more} for name, category, endpoint in _REPORTS]
    return {"entities": rows}


def _webhook_events(_source: Any, _info: Info) -> dict[str, Any]:
    events = ["CREATED", "UPDATED", "DELETED"]
    return {"entities": [{"model": name, "events": events} for name in ("Account", "Contact", "Ticket")]}


# --- time series, computed answers
# ---------------------------------------------------------------------------------------------


def _icmp_results(_source: Any, _info: Info, inventory_item_id: int, **_rest: Any) -> dict[str, Any]:
    return {"inventory_item_id": inventory_item_id, "icmp_results": [], "icmp_status_results": []}


def _snmp_results(_source: Any, _info: Info, inventory_item_id: int, **_rest: Any) -> dict[str, Any]:
    return {"inventory_item_id": inventory_item_id, "snmp_result_connection": [], "snmp_status_results": []}


def _drive_times(_source: Any, _info: Info, locations: list[Any] | None = None) -> dict[str, Any]:
    unknown = {"drive_time_in_minutes": None, "success": False, "error": "No route service is connected."}
    return {"results": [{**location, **unknown} for location in locations or () if location is not None]}


def _next_address(_source: Any, info: Info, ip_pool_id: int) -> dict[str, Any]:
    pool = _by_id(info, "IpPool", ip_pool_id)
    first, _, last = str(pool.values["ip_range"]).partition("-")
    low, high = int(ipaddress.ip_address(first.strip())), int(ipaddress.ip_address((last or first).strip()))
    taken = _taken_networks(info.context)
    for number in range(low, min(high, low + 65_536) + 1):
        if not any(number in network for network in taken):
            return {"ip_address": str(ipaddress.ip_address(number))}
    return {"ip_address": None}


def _taken_networks(request: Request) -> list[range]:
    """The IPv4 assignments as ranges of numbers."""
    texts = request.connection.execute("SELECT subnet FROM \"IpAssignment\" WHERE subnet NOT LIKE '%:%'")
    networks = (network for (text,) in texts for network in networks_of(text))
    return [range(int(each.network_address), int(each.broadcast_address) + 1) for each in networks]


def _next_subnet(table: str, inner: str, key: str) -> Resolver:
    def resolve(_source: Any, info: Info, cidr_size: int, **owner: int) -> dict[str, Any]:
        row = _by_id(info, table, owner[key])
        whole = ipaddress.ip_network(str(row.values["subnet"]), strict=False)
        if not whole.prefixlen <= cidr_size <= whole.max_prefixlen:
            raise GraphQLError(f"A /{cidr_size} does not fit into {whole}.")
        texts = info.context.connection.execute(f'SELECT subnet FROM "{inner}"')
        taken = [network for (text,) in texts for network in networks_of(text) if network != whole]
        candidate: Any
        for candidate in itertools.islice(whole.subnets(new_prefix=cidr_size), 65_536):
            same = (each for each in taken if each.version == candidate.version)
            if not any(each.overlaps(candidate) for each in same):
                return {"subnet": str(candidate)}
        return {"subnet": None}

    return resolve


def _schedule(_source: Any, info: Info, date: str) -> dict[str, Any]:
    request: Request = info.context
    lists: dict[str, Any] = {
        name: read_rows(request, field.type.name, Condition())
        for name, field in load_contract().objects["ScheduleResult"].fields.items()
        if field.type.is_list
    }
    return {**lists, "scheduling_data": f'{{"date": "{date}"}}'}


def _defaults_of(type_name: str) -> Resolver:
    """An object of the right form that says nothing, with what the arguments say."""

    def resolve(_source: Any, info: Info, **arguments: Any) -> dict[str, Any]:
        given = {name: value for name, value in arguments.items() if value is not None}
        return {**default_values(type_name, info.context), **given}

    return resolve


def _validate_address(_source: Any, _info: Info, **given: Any) -> dict[str, Any]:
    missing = [name for name in ("city", "subdivision", "zip") if not given.get(name)]
    if missing:
        raise GraphQLError(f"The address could not be validated: {', '.join(missing)} missing.")
    return {"latitude": "0.0", "longitude": "0.0", **given}


def _reverse_geocode(_source: Any, info: Info, **_rest: Any) -> Row:
    complete = Condition(
        " AND ".join(
            f'{ALIAS}."{name}" IS NOT NULL'
            for name in ("line1", "city", "subdivision", "zip", "country", "latitude", "longitude")
        )
    )
    return Row("ValidatedAddress", _one(info, "Address", complete, "that point").values)


_RESOLVERS: dict[str, Callable[..., Any]] = {
    "account_ip_assignments": _account_ip_assignments,
    "adtran_mosaic_cloud_list": _empty_page,
    "available_explores": _explores,
    "available_reports": _reports,
    "calix_provisioning_list": _empty_page,
    "canned_reply_with_variable_replacement": _canned_reply,
    "core_transactions": resolve_core_transactions,
    "custom_links_allowed_variables": _empty_list,
    "custom_links_for_entity": _custom_links,
    "data_usage": _empty_list,
    "data_usage_totals": _empty_page,
    "drive_times": _drive_times,
    "email_address_lookup": _email_lookup,
    "email_variables": _empty_list,
    "find_address_by_fibermap_service_location": _fibermap_address,
    "general_search": _general_search,
    "get_gps_tracking_provider_vehicles": _empty_page,
    "get_next_ip_address_in_ip_pool": _next_address,
    "get_next_subnet_in_subnet": _next_subnet("Subnet", "IpAssignment", "subnet_id"),
    "get_next_subnet_in_supernet": _next_subnet("Supernet", "Subnet", "supernet_id"),
    "icmp_results": _icmp_results,
    "instance_service_funds": _defaults_of("InstanceServiceFunds"),
    "job_available_times": _empty_list,
    "map_overlays_within_box": _overlays_within_box,
    # GUESS: every package is valid for every account.
    "packages": root_connection("Package"),
    "personal_access_tokens": _personal_access_tokens,
    "print_to_mail_document_cost_estimate": _defaults_of("PrintToMailDocumentCostEstimate"),
    "reverse_geocode": _reverse_geocode,
    "schedule": _schedule,
    "snmp_interface_numeric_results": _empty_list,
    "snmp_results": _snmp_results,
    "splice_report": _defaults_of("SpliceReport"),
    "transactions": resolve_transactions,
    "validate_address": _validate_address,
    "validate_credential": _validate_credential,
    "webhook_model_events": _webhook_events,
}
