"""admin/auth/* and admin/api/check: tokens, two-factor status, sessions (research/splynx-api.md §2)."""

from __future__ import annotations

from sandbox.splynx.errors import bad_request, forbidden, method_disabled
from sandbox.splynx.routes import Answer, Call, action
from sandbox.splynx.store import encode_json


@action("POST", "/admin/auth/tokens")
def issue_tokens(call: Call) -> Answer:
    """Tokens for credentials in the body; 201."""
    return Answer(201, encode_json(call.authenticator.issue(call.body, call.user_agent, call.address)))


@action("GET", "/admin/auth/tokens/{token}")
def renew_tokens(call: Call) -> Answer:
    """A new pair for a refresh token; 200."""
    renewed = call.authenticator.renew(call.parameters["token"], call.user_agent, call.address)
    return Answer(200, encode_json(renewed))


@action("DELETE", "/admin/auth/tokens/{token}")
def revoke_tokens(call: Call) -> Answer:
    """End a token pair; 204."""
    call.authenticator.revoke(call.parameters["token"])
    return Answer(204)


@action("POST", "/admin/auth/two-factor-status")
def two_factor_status(call: Call) -> Answer:
    """Never enabled here; POST {} answered 400 live."""
    login = call.body.get("login") if isinstance(call.body, dict) else None
    if not login:
        raise bad_request("Missing required parameters!")  # GUESS: the words; the status is recorded
    return Answer(201, encode_json({"two_factor_enabled": False}))


@action("POST", "/admin/auth/sessions")
def make_session(call: Call) -> Answer:
    """A session for the UI: only administrators' tokens get so far (API keys: 403 recorded)."""
    session = call.splynx.generated("session", call.identity.id, call.splynx.next_number("session"), length=26)
    return Answer(201, encode_json({"session_id": session, "csrf_token": call.splynx.generated(session, length=40)}))


@action("GET", "/admin/api/check")
def check(_call: Call) -> Answer:
    """As recorded."""
    return Answer(200, encode_json({"status": "ok", "message": "API is valid", "same_server": 0}))


@action("GET", "/admin/dashboard/dashboard", "/portal/dashboard/dashboard")
def dashboard(call: Call) -> Answer:
    """403 recorded with an API key; an administrator or customer sees counts. GUESS: the body."""
    if call.identity.kind == "api":
        raise forbidden()
    customers = call.splynx.table("customers/customer")
    return Answer(200, encode_json({"customers": len(customers)}))


@action("OPTIONS", "/admin/dashboard/dashboard", "/portal/dashboard/dashboard")
def dashboard_options(call: Call) -> Answer:
    """Documented, without attributes."""
    if call.identity.kind == "api":
        raise forbidden()
    return Answer(200, encode_json({"attributes": []}))


__all__ = ["method_disabled"]
