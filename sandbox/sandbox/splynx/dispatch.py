"""One request from beginning to end: route, who asks, may they, quirks of the live server, action or generic engine.

In: a ``Call`` without identity. Out: an ``Answer``; errors become the envelope or the 422 list. No HTTP library here.
"""

from __future__ import annotations

from sandbox.splynx import engine
from sandbox.splynx.auth import check_permission
from sandbox.splynx.contract import Path, Resource
from sandbox.splynx.errors import (
    ApiError,
    ValidationFailedError,
    method_disabled,
    missing_id,
    not_found,
    server_error,
)
from sandbox.splynx.routes import ACTIONS, Answer, Call
from sandbox.splynx.store import Row, Values, encode_json

# No credentials needed: they are what one logs in with
_OPEN = frozenset({
    "/admin/auth/tokens", "/admin/auth/tokens/{token}", "/admin/auth/two-factor-status", "/portal/login/entry-points",
    "/portal/profile/reset-password-request", "/portal/profile/reset-password-confirm",
})  # fmt: skip
_ZERO_CUSTOMER = "/customer/0/"
_TOTAL = "X-total-count"


def answer(call: Call, authorization: str) -> Answer:
    """Handle the call; never raises ApiError or ValidationFailedError."""
    try:
        return _answer(call, authorization)
    except ApiError as error:
        body = None if call.method == "HEAD" else encode_json(error.body())
        return Answer(error.status, body)
    except ValidationFailedError as error:
        return Answer(422, encode_json(error.body()))


def _answer(call: Call, authorization: str) -> Answer:
    path, resource = call.path, call.resource
    name = resource.name if resource is not None else ""
    if path.template not in _OPEN:
        call.identity = call.authenticator.identify(authorization, call.user_agent, call.address)
    _refuse_disabled(call, name)
    if path.template not in _OPEN:
        listed = path.methods.get("GET")
        check_permission(call.identity, name, call.method, is_list=listed is not None and listed.is_list)
    if call.method == "OPTIONS" and ("OPTIONS", path.template) not in ACTIONS:
        return _options(call, path, resource)
    if call.method == "HEAD" and ("HEAD", path.template) not in ACTIONS:
        return _count(call)
    handler = ACTIONS.get((call.method, path.template))
    if handler is not None:
        return handler(call)
    if call.method not in path.methods:
        raise _no_such_method(call)
    if resource is None:
        raise not_found()
    return _GENERIC[call.method](call, resource)


def _refuse_disabled(call: Call, name: str) -> None:
    """405 on every method of a module that is off (recorded for cpe*, cap*, research/splynx-api.md §3)."""
    chosen = call.splynx.settings.disabled_modules
    if name in (call.splynx.contract.disabled if chosen is None else chosen):
        raise method_disabled()


def _no_such_method(call: Call) -> ApiError:
    if call.path.recorded.get(f"{call.method} {{}}", call.path.recorded.get(call.method)) == 404:
        return not_found()
    if call.method in {"PUT", "DELETE"} and "{" not in call.path.template:
        return missing_id()
    return method_disabled()


def _options(call: Call, path: Path, resource: Resource | None) -> Answer:
    recorded = path.recorded.get("OPTIONS", 200)
    if recorded == 500:
        raise server_error()
    if recorded == 405 or path.template == "/admin/tariffs/recurring":
        # recorded: OPTIONS of recurring tariffs was not available (research/splynx-api.md §4)
        raise method_disabled()
    return Answer(200, engine.options_json(call.splynx, path, resource))


def _is_collection(call: Call, resource: Resource | None) -> bool:
    get = call.path.methods.get("GET")
    return get is not None and (resource is None or call.path.template != resource.item)


def _scope(call: Call, resource: Resource) -> Values:
    return {
        column: int(call.parameters[name]) if call.parameters[name].isdigit() else call.parameters[name]
        for name, column in resource.scope.items()
        if name in call.parameters
    }


def _matching(call: Call, resource: Resource) -> tuple[list[Row], list[Row]]:
    """All rows that the query fits, and the page of them."""
    splynx, nested = call.splynx, call.query
    query = engine.query_of(splynx, resource, nested)
    if _ZERO_CUSTOMER in call.path.template and not query.has_main:
        # recorded: services across customers without search (research/splynx-api.md §3)
        raise server_error()
    if resource.name == "support/ticket-messages" and not query.has_main:
        raise server_error()
    rows = query.matching(splynx.table(resource.name), engine.scoped_rows(splynx, resource, _scope(call, resource)))
    bare = resource.name == "config/additional-fields" and not rows and not query.conditions
    if bare and splynx.settings.empty_additional_fields_400:
        raise ApiError(400, "BAD_REQUEST", "No additional fields for this module!")  # GUESS: the words
    return rows, query.page(rows)


def _get(call: Call, resource: Resource) -> Answer:
    if _is_collection(call, resource):
        _, page = _matching(call, resource)
        return Answer(200, engine.many_json(call.splynx, resource.name, page))
    row = engine.find(call.splynx, resource, call.parameters)
    found = engine.one_json(call.splynx, resource.name, row)
    # some items are documented as a list of one
    return Answer(200, b"[" + found + b"]" if call.path.methods["GET"].is_list else found)


def _count(call: Call) -> Answer:
    get = call.path.methods.get("GET")
    recorded = call.path.recorded.get("HEAD", 204)
    if recorded == 500:
        raise server_error()
    if recorded == 405 or get is None or call.resource is None:
        raise method_disabled()
    if not _is_collection(call, call.resource):
        engine.find(call.splynx, call.resource, call.parameters)
        return Answer(204)
    rows, _ = _matching(call, call.resource)
    return Answer(204, None, {_TOTAL: str(len(rows)), "Access-Control-Expose-Headers": _TOTAL})


def _post(call: Call, resource: Resource) -> Answer:
    if resource.name == "networking/routers" and not call.body:
        raise server_error()  # recorded: POST {} answered 500
    row = engine.create(call.splynx, resource, call.body, call.identity, _scope(call, resource))
    key = resource.id_in_answer
    value = row.id if key == "id" else row.values.get(key, row.id)
    if call.splynx.settings.strings:
        value = str(value)
    return Answer(call.path.methods["POST"].status, encode_json({key: value}))


def _put(call: Call, resource: Resource) -> Answer:
    row = engine.find(call.splynx, resource, call.parameters)
    engine.update(call.splynx, resource, row, call.body, call.identity, call.query if call.query_string else None)
    return Answer(call.path.methods["PUT"].status)


def _delete(call: Call, resource: Resource) -> Answer:
    row = engine.find(call.splynx, resource, call.parameters)
    engine.delete(call.splynx, resource, row, call.identity)
    return Answer(204)


_GENERIC = {"GET": _get, "POST": _post, "PUT": _put, "DELETE": _delete}
