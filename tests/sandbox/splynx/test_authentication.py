"""Basic, Signature and Token authentication, permissions, and the words of refusals."""

from __future__ import annotations

from typing import Any

import requests

from sandbox.splynx.auth import signature_of
from sandbox.splynx.server import SplynxServer
from sandbox.splynx.state import ApiKey

CHECK, CUSTOMERS = "admin/api/check", "admin/customers/customer"


def code(answer: requests.Response) -> tuple[int, str]:
    body = answer.json()["error"]
    assert body["code"] == answer.status_code
    return answer.status_code, body["internal_code"]


def signed(key: str, secret: str, nonce: int) -> dict[str, str]:
    signature = signature_of(key, secret, str(nonce))
    return {"Authorization": f"Splynx-EA (key={key}&nonce={nonce}&signature={signature})"}


def get(server: SplynxServer, path: str = CHECK, **headers: str) -> requests.Response:
    return requests.get(server.api + path, headers=headers, timeout=5)


def test_basic() -> None:
    with SplynxServer(keys=[ApiKey("k", "s"), ApiKey("closed", "s", unsecure_auth=False)]) as server:
        assert requests.get(server.api + CHECK, auth=("k", "s"), timeout=5).json()["status"] == "ok"
        for auth in (("k", "wrong"), ("nobody", "s"), ("closed", "s")):
            assert requests.get(server.api + CHECK, auth=auth, timeout=5).status_code == 401
        assert code(get(server)) == (401, "UNAUTHORIZED")


def test_signature_is_upper_hex_hmac_of_nonce_and_key() -> None:
    # the documented form: HMAC-SHA256(secret, nonce + key)
    import hashlib
    import hmac

    wanted = hmac.new(b"s", b"1500k", hashlib.sha256).hexdigest().upper()
    assert signature_of("k", "s", "1500") == wanted
    with SplynxServer(keys=[ApiKey("k", "s")]) as server:
        assert get(server, **signed("k", "s", 5)).status_code == 200
        assert get(server, **signed("k", "s", 5)).status_code == 200  # check_nonce is off
        assert get(server, **signed("k", "wrong", 6)).status_code == 401


def test_nonce_must_grow_when_it_is_checked() -> None:
    with SplynxServer(keys=[ApiKey("k", "s", check_nonce=True)]) as server:
        assert get(server, **signed("k", "s", 5)).status_code == 200
        assert get(server, **signed("k", "s", 5)).status_code == 401
        assert get(server, **signed("k", "s", 4)).status_code == 401
        assert get(server, **signed("k", "s", 6)).status_code == 200


def token(server: SplynxServer, **body: Any) -> requests.Response:
    return requests.post(server.api + "admin/auth/tokens", json=body, headers={"User-Agent": "one"}, timeout=5)


def test_tokens_live_are_bound_renewed_and_revoked() -> None:
    with SplynxServer(keys=[ApiKey("k", "s")], admin_login="boss", admin_password="pw") as server:
        assert code(token(server))[0] == 401
        assert code(token(server, auth_type="admin", login="boss", password="no"))[0] == 401
        answer = token(server, auth_type="admin", login="boss", password="pw")
        assert answer.status_code == 201
        first = answer.json()
        assert set(first) == {
            "access_token", "access_token_expiration", "refresh_token", "refresh_token_expiration", "permissions",
        }  # fmt: skip
        header = {"Authorization": f"Splynx-EA (access_token={first['access_token']})"}
        assert get(server, **header, **{"User-Agent": "one"}).status_code == 200
        assert code(get(server, **header, **{"User-Agent": "two"})) == (401, "USER_AGENT_CHANGED")
        requests.post(server.url + "/_sandbox/expire-tokens", timeout=5)
        assert code(get(server, **header, **{"User-Agent": "one"})) == (401, "EXPIRED_ACCESS_TOKEN")
        renewed = get(server, "admin/auth/tokens/" + first["refresh_token"], **{"User-Agent": "one"})
        assert renewed.status_code == 200
        second = renewed.json()
        assert second["access_token"] != first["access_token"]
        gone = requests.delete(server.api + "admin/auth/tokens/" + second["refresh_token"], timeout=5)
        assert gone.status_code == 204
        header = {"Authorization": f"Splynx-EA (access_token={second['access_token']})", "User-Agent": "one"}
        assert get(server, **header).status_code == 401


def test_token_for_an_api_key_takes_a_signature() -> None:
    with SplynxServer(keys=[ApiKey("k", "s")], token_life_seconds=0) as server:
        wrong = token(server, auth_type="api_key", key="k", nonce=7, signature="X")
        assert wrong.status_code == 401
        answer = token(server, auth_type="api_key", key="k", nonce=7, signature=signature_of("k", "s", "7"))
        assert answer.status_code == 201
        header = {"Authorization": f"Splynx-EA (access_token={answer.json()['access_token']})", "User-Agent": "one"}
        assert code(get(server, **header)) == (401, "EXPIRED_ACCESS_TOKEN")


def test_permissions_are_per_controller_and_action() -> None:
    limited = ApiKey("k", "s", permissions={"customers/customer": {"index", "view"}, "api/check": {"view"}})
    denied = ApiKey("d", "s", denied=frozenset({"finance/*", "customers/customer:delete"}))
    with SplynxServer(keys=[limited, denied]) as server:
        as_limited, as_denied = ("k", "s"), ("d", "s")
        url = server.api + CUSTOMERS
        assert requests.get(url, auth=as_limited, timeout=5).status_code == 200
        refused = requests.post(url, json={"name": "A"}, auth=as_limited, timeout=5)
        assert code(refused) == (403, "FORBIDDEN")
        assert requests.get(server.api + "admin/finance/invoices", auth=as_limited, timeout=5).status_code == 403
        assert requests.post(url, json={"name": "A"}, auth=as_denied, timeout=5).status_code == 201
        assert requests.delete(url + "/1", auth=as_denied, timeout=5).status_code == 403
        assert requests.get(server.api + "admin/finance/invoices", auth=as_denied, timeout=5).status_code == 403


def test_customers_see_only_their_portal_and_keys_never_do(api: Any) -> None:
    customer = api.customer(login="ada", password="secret")
    for path in ("portal/profile/additional-attributes", "admin/dashboard/dashboard", "portal/services/billing-info"):
        assert api.call("GET", path).status_code == 403
    answer = requests.post(
        api.server.api + "admin/auth/tokens", json={"auth_type": "customer", "login": "ada", "password": "secret"},
        headers={"User-Agent": "x"}, timeout=5,
    )  # fmt: skip
    header = {"Authorization": f"Splynx-EA (access_token={answer.json()['access_token']})", "User-Agent": "x"}
    assert get(api.server, f"admin/customers/customer/{customer}", **header).status_code == 403
    assert get(api.server, "portal/services/billing-info", **header).json()["deposit"] == 0
    made = requests.post(api.server.api + "portal/profile/mobile-notification-token", json={"token": "t"}, headers=header, timeout=5)
    assert made.status_code == 201
