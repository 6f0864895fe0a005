"""The HTTP client: repeats what is safe to repeat, never a POST, and says nothing secret."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests
import requests_mock

from sandbox.splynx.server import SplynxServer
from target_splynx.errors import SplynxUnreachable
from target_splynx.splynx.auth import authentication
from target_splynx.splynx.client import Client, Pace, form
from target_splynx.splynx.errors import LoginRefused, NotAllowed, NotFound, SplynxError, Unavailable, ValidationRefused
from target_splynx.splynx.query import Query

BASE = "https://splynx.example.net/api/2.0"
SECRET = "very-secret-value"


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nothing sleeps; the pauses asked for are noted."""
    asked: list[float] = []
    monkeypatch.setattr("target_splynx.splynx.client.time.sleep", asked.append)
    monkeypatch.setattr("target_splynx.splynx.pace._wait", lambda _, seconds: asked.append(seconds))
    monkeypatch.setattr("tenacity.nap.sleep_using_event.__call__", lambda _, seconds: asked.append(seconds))
    return asked


@pytest.fixture
def web() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        yield mocker


def client_of(url: str = "https://splynx.example.net", method: str = "basic", **more: Any) -> Client:
    return Client(url, authentication(method, api_key="key-1", api_secret=SECRET), **{"retry_attempts": 2, **more})


@pytest.mark.parametrize("url", ["https://splynx.example.net", "https://splynx.example.net/", f"{BASE}", f"{BASE}/"])
def test_the_address_may_have_the_path_of_the_api_or_not(url: str, web: requests_mock.Mocker) -> None:
    web.get(f"{BASE}/admin/x", json=[])
    assert client_of(url).get("/admin/x") == []


BROKEN = [
    {"status_code": 500},
    {"status_code": 502, "text": "<html>", "headers": {"Content-Type": "text/html"}},
    {"status_code": 429},
    {"exc": requests.exceptions.ConnectionError},
    {"exc": requests.exceptions.ReadTimeout},
    {"exc": requests.exceptions.ChunkedEncodingError},
    {"exc": requests.exceptions.ContentDecodingError},
    {"status_code": 200, "text": "<html>Log in</html>"},
]


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_a_get_is_repeated(broken: dict[str, Any], web: requests_mock.Mocker) -> None:
    web.get(f"{BASE}/admin/x", [broken, broken, {"json": [1]}])
    assert client_of().get("/admin/x") == [1]
    assert web.call_count == 3


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD"])
def test_changes_and_deletes_are_repeated(method: str, web: requests_mock.Mocker) -> None:
    web.request(method, f"{BASE}/admin/x/1", [{"status_code": 503}, {"exc": requests.exceptions.ConnectionError}, {"status_code": 204}])
    client = client_of()
    {"PUT": lambda: client.put("/admin/x/1", {"a": 1}), "DELETE": lambda: client.delete("/admin/x/1"), "HEAD": lambda: client.count("/admin/x/1")}[method]()
    assert web.call_count == 3
    assert client.counters.retries == 2


@pytest.mark.parametrize("broken", [*BROKEN[:-1], {"status_code": 201, "text": "<html>Thank you</html>"}], ids=str)
def test_a_post_is_never_repeated(broken: dict[str, Any], web: requests_mock.Mocker) -> None:
    web.post(f"{BASE}/admin/x", [broken, {"json": {"id": 1}, "status_code": 201}])
    with pytest.raises(Unavailable):
        client_of().post("/admin/x", {"name": "a"})
    assert web.call_count == 1


def test_tries_end(web: requests_mock.Mocker) -> None:
    web.get(f"{BASE}/admin/x", status_code=503)
    with pytest.raises(Unavailable):
        client_of(retry_attempts=2).get("/admin/x")
    assert web.call_count == 3


def test_after_429_everybody_waits_as_long_as_splynx_says(web: requests_mock.Mocker, pauses: list[float]) -> None:
    web.get(f"{BASE}/admin/x", [{"status_code": 429, "headers": {"Retry-After": "17"}}, {"json": []}])
    client_of().get("/admin/x")
    assert any(16 < pause <= 17 for pause in pauses)


def test_the_pace_is_a_gap_between_requests(pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("target_splynx.splynx.client.time.monotonic", lambda: 100.0)
    pace = Pace(120)
    for _ in range(4):
        with pace.turn():
            pass
    assert pauses == [0.5, 1.0, 1.5]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, ValidationRefused), (422, ValidationRefused), (413, ValidationRefused), (403, NotAllowed), (405, NotAllowed), (404, NotFound), (401, LoginRefused), (409, SplynxError)],
)  # fmt: skip
def test_what_will_not_get_better_is_not_repeated(status: int, kind: type[SplynxError], web: requests_mock.Mocker) -> None:
    web.get(f"{BASE}/admin/x", status_code=status, json={"error": {"message": "No.", "code": status, "internal_code": "X"}})
    with pytest.raises(kind) as caught:
        client_of().get("/admin/x")
    assert (web.call_count, caught.value.message, caught.value.code) == (1, "No.", "X")


def test_a_422_tells_field_and_words(web: requests_mock.Mocker) -> None:
    web.post(f"{BASE}/admin/x", status_code=422, json=[{"field": "login", "message": "is taken"}, {"field": "name", "message": "is empty"}])
    with pytest.raises(ValidationRefused, match=r"login: is taken; name: is empty") as caught:
        client_of().post("/admin/x", {})
    assert [complaint.field for complaint in caught.value.fields] == ["login", "name"]


def test_an_expired_token_is_one_fresh_login_and_the_request_again(web: requests_mock.Mocker) -> None:
    tokens = iter("12345")
    web.post(f"{BASE}/admin/auth/tokens", json=lambda *_: {"access_token": next(tokens), "refresh_token": "r"}, status_code=201)
    web.post(f"{BASE}/admin/x", [{"status_code": 401}, {"json": {"id": 7}, "status_code": 201}])
    assert client_of(method="token").post("/admin/x", {}) == {"id": 7}
    sent = [f"{r.method} {r.path.removeprefix('/api/2.0')} {r.headers.get('Authorization', '-')}" for r in web.request_history]
    assert sent == [
        "POST /admin/auth/tokens -", "POST /admin/x Splynx-EA (access_token=1)",
        "POST /admin/auth/tokens -", "POST /admin/x Splynx-EA (access_token=2)",
    ]  # fmt: skip


def test_two_tokens_that_are_refused_one_after_the_other_are_no_end(web: requests_mock.Mocker) -> None:
    tokens = iter("123456789")
    web.post(f"{BASE}/admin/auth/tokens", json=lambda *_: {"access_token": next(tokens)}, status_code=201)
    web.get(f"{BASE}/admin/x", [{"status_code": 401}, {"status_code": 401}, {"json": [7]}])
    assert client_of(method="token").get("/admin/x") == [7]
    web.get(f"{BASE}/admin/y", status_code=401, json={"error": {"message": "Wrong", "code": 401}})
    with pytest.raises(LoginRefused):
        client_of(method="token").get("/admin/y")
    assert sum(r.path == "/api/2.0/admin/y" for r in web.request_history) == 3


def test_a_login_that_is_refused_is_not_tried_for_ever(web: requests_mock.Mocker) -> None:
    web.post(f"{BASE}/admin/auth/tokens", status_code=401, json={"error": {"message": "Wrong", "code": 401}})
    with pytest.raises(LoginRefused):
        client_of(method="token").get("/admin/x")
    assert web.call_count == 1


def test_redirects_are_refused_so_that_the_key_does_not_travel(web: requests_mock.Mocker) -> None:
    web.get(f"{BASE}/admin/x", status_code=301, headers={"Location": "https://elsewhere.example.com/"})
    elsewhere = web.get("https://elsewhere.example.com/", json=[])
    with pytest.raises(SplynxUnreachable, match=r"redirects to another address; set `api_url`"):
        client_of().get("/admin/x")
    assert not elsewhere.called


def test_a_bad_certificate_is_told_as_such(web: requests_mock.Mocker) -> None:
    error = requests.exceptions.SSLError("[SSL] certificate verify failed: self-signed certificate (_ssl.c:1006)")
    web.get(f"{BASE}/admin/x", exc=error)
    with pytest.raises(SplynxUnreachable, match=r"certificate of .* is not accepted \(self-signed certificate\).*`ca_bundle`"):
        client_of().get("/admin/x")
    assert web.call_count == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status_code": 401, "json": {}}, "refuses the credentials"),
        ({"status_code": 404, "json": {}}, "is not a Splynx API"),
        ({"status_code": 200, "text": "<html>", "headers": {"Content-Type": "text/html"}}, "is not a Splynx API: it answered text/html"),
        ({"status_code": 503, "text": "maintenance"}, "is out of order"),
        ({"exc": requests.exceptions.ConnectionError}, "does not answer"),
    ],
)
def test_the_check_at_the_start_says_what_is_wrong_in_one_sentence(answer: dict[str, Any], words: str, web: requests_mock.Mocker) -> None:
    web.get(f"{BASE}/admin/administration/partners", **answer)
    with pytest.raises(SplynxUnreachable, match=words):
        client_of().check()


def test_a_key_without_the_right_to_partners_passes_the_check(web: requests_mock.Mocker) -> None:
    web.get(f"{BASE}/admin/administration/partners", status_code=403, json={})
    client_of().check()


@pytest.mark.parametrize("method", ["basic", "signature", "token"])
def test_no_secret_is_ever_said(method: str, web: requests_mock.Mocker, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    web.post(f"{BASE}/admin/auth/tokens", json={"access_token": "TOKEN-1", "refresh_token": "REFRESH-1"}, status_code=201)
    web.get(f"{BASE}/admin/x", [{"exc": requests.exceptions.ConnectionError}, {"status_code": 500, "json": {"error": {"message": "x"}}}])
    with pytest.raises(SplynxError) as caught:
        client_of(method=method).get("/admin/x")
    said = caplog.text + str(caught.value) + repr(caught.value) + repr(caught.value.__cause__)
    assert "trying again" in said
    for secret in (SECRET, "TOKEN-1", "REFRESH-1", "Basic ", "signature="):
        assert secret not in said


def test_the_token_in_the_address_of_its_renewal_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with SplynxServer(token_life_seconds=30) as server:
        auth = authentication("token", api_key="sandbox-key", api_secret="sandbox-secret")
        client = Client(server.url, auth)
        client.check()
        auth._expires = 0.0  # type: ignore[attr-defined]
        refresh = auth._refresh  # type: ignore[attr-defined]
        client.check()
    assert refresh
    assert refresh not in caplog.text


def test_netrc_and_proxies_of_the_environment_are_not_used(web: requests_mock.Mocker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    web.get(f"{BASE}/admin/x", json=[])
    client_of().get("/admin/x")
    assert not web.last_request.proxies


def test_decimals_are_sent_as_they_are(web: requests_mock.Mocker) -> None:
    web.post(f"{BASE}/admin/x", json={"id": 1}, status_code=201)
    client_of().post("/admin/x", {"price": Decimal("1234567.8912"), "name": "Ä"})
    assert web.last_request.body == '{"price":1234567.8912,"name":"Ä"}'.encode()


def test_queries_have_the_form_of_php() -> None:
    query = Query(main={"login": "a b", "id": (">", 5)}, additional={"sonar_id": "7"}, order={"id": "ASC"}, limit=10, offset=0)
    assert query.parameters() == [
        ("main_attributes[login]", "a b"), ("main_attributes[id][0]", ">"), ("main_attributes[id][1]", "5"),
        ("additional_attributes[sonar_id]", "7"), ("order[id]", "ASC"), ("limit", "10"), ("offset", "0"),
    ]  # fmt: skip


def test_uploads_have_the_form_of_php() -> None:
    assert form({"a": True, "b": [1, 2], "c": {"d": Decimal("1.5")}, "e": None}) == [("a", "1"), ("b[]", "1"), ("b[]", "2"), ("c[d]", "1.5")]


def test_a_list_is_read_in_pages_by_id(web: requests_mock.Mocker) -> None:
    def page(request: Any, _: Any) -> list[dict[str, Any]]:
        after = int(request.qs["main_attributes[id][1]"][0])
        return [{"id": str(number)} for number in range(after + 1, min(after + 3, 8))]

    web.get(f"{BASE}/admin/x", json=page)
    assert [int(row["id"]) for row in client_of().pages("/admin/x", size=2)] == [1, 2, 3, 4, 5, 6, 7]
    assert web.call_count == 4


def test_a_server_that_ignores_the_limit_is_asked_no_more_than_needed(web: requests_mock.Mocker) -> None:
    web.get(f"{BASE}/admin/x", json=[{"id": 1}, {"id": 2}, {"id": 3}])
    assert len(list(client_of().pages("/admin/x", size=2))) == 3
    assert web.call_count == 2
