"""Each class of answer: its message, and what follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from sonar_runs import extract, run_command, run_from_environment, select
from tap_sonar import client as client_module
from tap_sonar import errors
from tap_sonar.client import Counts, SonarClient
from tap_sonar.settings import Settings

URL = "http://sonar.test"
TOKEN = "very-secret-token"
Faults = Callable[..., None]


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(client_module, "RATE_WAITS_SECONDS", (0.05, 0.1))


def make_client(**settings: Any) -> tuple[SonarClient, list[str]]:
    """A client that talks to a mock and collects what it logs."""
    log: list[str] = []
    config = {"api_url": URL, "auth_token": TOKEN, "requests_per_minute": 0, "retry_attempts": 3, **settings}
    client = SonarClient(Settings.from_config(config, user_agent="test"), log=lambda text, *values: log.append(text % values))
    return client, log


def respond(requests_mock: Any, *answers: dict[str, Any]) -> None:
    requests_mock.post(f"{URL}/api/graphql", list(answers))


GOOD = {"json": {"data": {"accounts": {"entities": []}}}}


def test_variables_and_token_are_not_in_the_url(requests_mock: Any) -> None:
    respond(requests_mock, GOOD)
    client, _ = make_client()
    client.query("query accounts { a }", {"search": "private"})
    request = requests_mock.last_request
    assert request.url == f"{URL}/api/graphql"
    assert request.json() == {"query": "query accounts { a }", "variables": {"search": "private"}}
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"


def test_username_and_password_go_as_basic(requests_mock: Any) -> None:
    respond(requests_mock, GOOD)
    client, _ = make_client(auth_token=None, username="anna", password="pass")
    client.query("{ a }")
    assert requests_mock.last_request.headers["Authorization"] == "Basic YW5uYTpwYXNz"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"status_code": 500}, "retry"),
        ({"status_code": 502, "text": "<html>bad gateway</html>"}, "retry"),
        ({"status_code": 503, "headers": {"Retry-After": "0"}}, "retry"),
        ({"exc": requests.exceptions.ConnectionError("Connection reset by peer")}, "retry"),
        ({"exc": requests.exceptions.ChunkedEncodingError("IncompleteRead")}, "retry"),
        ({"text": '{"data": {"acc'}, "retry"),
        ({"text": ""}, "retry"),
        ({"json": {"errors": [{"message": "Internal server error"}]}}, "retry"),
        ({"json": {"errors": [{"message": "Internal server error"}], "data": {"accounts": None}}}, "retry"),
        ({"status_code": 429, "json": {"error": "Request limit of 400/min reached."}}, "rate"),
        ({"json": {"error": "Request limit of 400/min reached."}}, "rate"),
        ({"json": {"errors": [{"message": "Request limit of 400/min reached."}]}}, "rate"),
        ({"exc": requests.exceptions.ReadTimeout("slow")}, "retry"),
    ],
)
def test_passing_troubles_are_tried_again(requests_mock: Any, answer: dict[str, Any], kind: str) -> None:
    respond(requests_mock, answer, GOOD)
    client, log = make_client()
    counts = Counts()
    assert client.query("{ a }", counts=counts).data == GOOD["json"]["data"]
    assert (counts.requests, counts.retries, counts.rate_waits) == ((2, 1, 0) if kind == "retry" else (2, 0, 1))
    assert len(log) == 1
    assert TOKEN not in log[0]


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ({"status_code": 401, "json": {"message": "Unauthenticated."}}, errors.AuthenticationError, "auth_token"),
        ({"json": {"errors": [{"message": "Unauthenticated."}]}}, errors.AuthenticationError, "auth_token"),
        ({"status_code": 403, "json": {"message": "Forbidden"}}, errors.AuthenticationError, "firewall"),
        ({"text": "<html>login</html>", "headers": {"Content-Type": "text/html"}}, errors.InstanceError, "api_url"),
        ({"status_code": 404, "text": "<html></html>"}, errors.InstanceError, "api_url"),
        ({"status_code": 302, "headers": {"Location": "https://x/login"}}, errors.InstanceError, "redirects"),
        (
            {"json": {"errors": [{"message": "You need READ_INVOICE"}], "data": None}},
            errors.MissingPermissionError,
            "Give the role READ_INVOICE",
        ),
        (
            {"json": {"errors": [{"message": "Missing permission READ_INVOICE"}], "data": {"invoices": None}}},
            errors.MissingPermissionError,
            "Give the role READ_INVOICE",
        ),
        (
            {"json": {"errors": [{"message": 'Cannot query field "x" on type "Account".'}]}},
            errors.UnknownFieldError,
            "discover the catalog again",
        ),
        ({"json": {"errors": [{"message": "Query is too complex"}]}}, errors.PageRefusedError, "too complex"),
        ({"status_code": 400, "json": {"message": "The body is not JSON."}}, errors.QueryError, "not JSON"),
        ({"status_code": 500}, errors.InstanceError, "does not answer any more. Sonar answered HTTP 500"),
        ({"exc": requests.exceptions.ReadTimeout("slow")}, errors.PageRefusedError, "No answer within 60 s"),
        ({"exc": requests.exceptions.SSLError("certificate verify failed")}, errors.InstanceError, "certificate"),
    ],
)
def test_lasting_troubles_have_a_class_and_one_clear_line(requests_mock: Any, answer: dict[str, Any], error: type[Exception], words: str) -> None:
    respond(requests_mock, answer)
    client, log = make_client(retry_attempts=2)
    with pytest.raises(error, match=words) as caught:
        client.query("{ a }")
    text = "\n".join([str(caught.value), *log])
    assert TOKEN not in text
    assert "\n" not in str(caught.value)


def test_authentication_is_asked_once(requests_mock: Any) -> None:
    respond(requests_mock, {"status_code": 401})
    client, _ = make_client()
    with pytest.raises(errors.AuthenticationError):
        client.query("{ a }")
    assert requests_mock.call_count == 1


def test_a_request_that_always_fails_does_not_mean_that_sonar_is_gone(requests_mock: Any) -> None:
    respond(requests_mock, *[{"status_code": 500}] * 4, GOOD)
    client, _ = make_client(retry_attempts=3)
    with pytest.raises(errors.RetriableError, match="HTTP 500"):
        client.query("{ heavy }")
    assert requests_mock.last_request.json()["query"] == "query { __typename }"


def test_the_limit_that_sonar_names_is_kept(requests_mock: Any) -> None:
    respond(requests_mock, {"status_code": 429, "json": {"error": "Request limit of 30/min reached."}}, GOOD)
    client, _ = make_client(requests_per_minute=400)
    client.query("{ a }")
    assert client.limiter.requests_per_minute == 30


def test_a_web_page_between_good_answers_passes(requests_mock: Any) -> None:
    respond(requests_mock, GOOD, {"text": "<html>maintenance</html>"}, GOOD)
    client, _ = make_client()
    client.query("{ a }")
    assert client.query("{ a }").errors == ()


@pytest.mark.parametrize("url", ["", "isp.sonar.software", "ftp://x", "https://user:secret@x"])
def test_bad_urls(url: str) -> None:
    with pytest.raises(errors.SettingsError) as caught:
        Settings.from_config({"api_url": url, "auth_token": "x"}, user_agent="t")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("suffix", ["", "/", "/api/graphql", "/api/graphql/", "/graphiql"])
def test_urls_as_people_paste_them(suffix: str) -> None:
    settings = Settings.from_config({"api_url": f"https://isp.sonar.software{suffix}", "auth_token": "x"}, user_agent="t")
    assert settings.graphql_url == "https://isp.sonar.software/api/graphql"
    assert "x" not in repr(settings).split("auth_token")[-1][:3]


# -- the whole tap ----------------------------------------------------------------------------------------------------


def test_a_wrong_token_stops_the_run_with_one_line(config: dict[str, Any]) -> None:
    done = run_command({**config, "auth_token": "wrong-token-value"})
    assert done.returncode == 1
    text = done.stderr.decode()
    assert text.strip().split("\n")[-1].endswith("Make a new personal access token and set auth_token.")
    assert "Traceback" not in text
    assert "wrong-token-value" not in text
    assert done.stdout == b""


def test_a_wrong_address(config: dict[str, Any]) -> None:
    done = run_command({**config, "api_url": config["api_url"] + "/elsewhere"}, "--discover")
    assert done.returncode == 1
    assert b"check api_url" in done.stderr
    assert b"Traceback" not in done.stderr


def test_nobody_there() -> None:
    done = run_command({"api_url": "http://127.0.0.1:9", "auth_token": "x", "retry_attempts": 0}, "--discover")
    assert done.returncode == 1
    last = done.stderr.decode().strip().split("\n")[-1]
    assert last.endswith("cannot reach http://127.0.0.1:9; check api_url. The connection to Sonar broke (Connection refused).")
    assert b"Traceback" not in done.stderr


def test_no_credentials() -> None:
    done = run_command({"api_url": "http://127.0.0.1:9"}, "--discover")
    assert done.returncode == 1
    assert b"set auth_token" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("value", "words"),
    [("many", "page_size (TAP_SONAR_PAGE_SIZE) is 'many'; write a whole number."), ("20000", "20000 is greater than")],
)
@pytest.mark.parametrize("option", ["--discover", "--test"])
def test_a_number_that_is_none(value: str, words: str, option: str) -> None:
    environment = {"TAP_SONAR_API_URL": "http://127.0.0.1:9", "TAP_SONAR_AUTH_TOKEN": "x", "TAP_SONAR_PAGE_SIZE": value}
    done = run_from_environment(environment, option)
    assert done.returncode == 1
    assert words in done.stderr.decode().strip().split("\n")[-1]
    assert b"Traceback" not in done.stderr


def test_a_stream_without_permission_does_not_take_the_others_with_it(config: dict[str, Any], catalog: dict[str, Any], sonar_settings: Faults) -> None:
    chosen = select(catalog, "accounts", "invoices", "notes", "system_setting")
    before = {"bookmarks": {"invoices": {"replication_key": "updated_at", "replication_key_value": "2020-01-01T00:00:00+00:00"}}}
    sonar_settings(denied_roots=["invoices", "system_setting"])
    run = extract(config, chosen, before)
    assert isinstance(run.error, errors.StreamsFailedError)
    assert run.error.exit_code == 2
    assert "invoices" in str(run.error)
    assert len(run.records["accounts"]) == 1245
    assert len(run.records["notes"]) == 120
    assert run.bookmark("invoices") == "2020-01-01T00:00:00+00:00"
    assert run.bookmark("accounts") is not None
    assert "system_setting" not in run.activated
    assert run.tap is not None
    assert "Give the role READ_ACCOUNT_TRANSACTIONS" in run.tap.summary.results["invoices"].reason


def test_broken_rows_are_named_and_the_rest_arrives(
    config: dict[str, Any], catalog: dict[str, Any], sonar_settings: Faults, caplog: pytest.LogCaptureFixture
) -> None:
    sonar_settings(broken_rows={"Account": [3, 500, 501]})
    run = extract({**config, "page_size": 500}, select(catalog, "accounts"))
    assert isinstance(run.error, errors.StreamsFailedError)
    assert run.ids("accounts") == [i for i in range(1, 1246) if i not in {3, 500, 501}]
    assert run.bookmark("accounts") is None
    for words in [
        "a row after id 2 and before id 4 (Account 3 cannot be read.)",
        "before id 502 (Account 500 cannot be read.)",
        "before id 502 (Account 501 cannot be read.)",
        "3 rows could not be read",
    ]:
        assert words in caplog.text


def test_a_field_that_is_gone(config: dict[str, Any], catalog: dict[str, Any]) -> None:
    chosen = select(catalog, "notes", "contacts")
    for entry in chosen["streams"]:
        if entry["tap_stream_id"] == "notes":
            entry["schema"]["properties"]["removed_by_upgrade"] = {"type": ["string", "null"]}
            entry["metadata"].append({"breadcrumb": ["properties", "removed_by_upgrade"], "metadata": {"selected": True}})
    run = extract(config, chosen)
    assert isinstance(run.error, errors.StreamsFailedError)
    assert run.tap is not None
    assert "discover the catalog again" in run.tap.summary.results["notes"].reason
    assert len(run.records["contacts"]) == 7


def test_a_sonar_that_goes_away_ends_the_run_soon(config: dict[str, Any], catalog: dict[str, Any], faults: Faults, stats: Callable[[], dict[str, Any]]) -> None:
    faults({"kind": "cut_before", "skip": 3, "match": {"path_regex": "graphql"}})
    run = extract({**config, "retry_attempts": 2, "parallel_requests": 1}, select(catalog))
    assert isinstance(run.error, errors.InstanceError)
    assert stats()["requests"] <= 8


def test_pages_that_are_too_heavy_without_saying_so(config: dict[str, Any], catalog: dict[str, Any], faults: Faults) -> None:
    faults({"kind": "status", "status": 500, "times": 3, "match": {"operation_regex": "accounts"}})
    run = extract({**config, "retry_attempts": 2, "parallel_requests": 1}, select(catalog, "accounts"))
    assert run.error is None
    assert run.ids("accounts") == list(range(1, 1246))
    assert run.tap is not None
    counts = run.tap.summary.results["accounts"].counts
    assert counts is not None
    assert counts.requests > 12


@pytest.mark.parametrize("kind", ["status", "cut_before", "cut_after", "cut_middle", "html", "empty", "invalid_json"])
def test_complete_in_spite_of_faults(config: dict[str, Any], catalog: dict[str, Any], faults: Faults, kind: str) -> None:
    faults({"kind": kind, "probability": 0.2, "seed": 5, "match": {"operation_regex": "accounts|notes|contacts"}})
    run = extract({**config, "page_size": 100}, select(catalog, "accounts", "notes", "contacts"))
    assert run.error is None
    assert run.ids("accounts") == list(range(1, 1246))
    assert run.ids("notes") == list(range(1, 121))
    assert run.tap is not None
    counts = run.tap.summary.results["accounts"].counts
    assert counts is not None
    assert counts.retries > 0


def test_rate_limit_is_waited_out(config: dict[str, Any], catalog: dict[str, Any], faults: Faults) -> None:
    faults({"kind": "status", "status": 429, "probability": 0.3, "seed": 1, "match": {"operation_regex": "accounts"}})
    run = extract({**config, "page_size": 200, "retry_attempts": 0}, select(catalog, "accounts"))
    assert run.error is None
    assert run.ids("accounts") == list(range(1, 1246))


def test_pages_shrink_when_they_time_out(config: dict[str, Any], catalog: dict[str, Any], faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "TIMEOUT_RETRIES", 0)
    faults({"kind": "hang", "seconds": 3, "times": 2, "match": {"operation_regex": "accounts"}})
    run = extract({**config, "request_timeout": 1, "page_size": 1000}, select(catalog, "accounts"))
    assert run.error is None
    assert run.ids("accounts") == list(range(1, 1246))
    assert run.tap is not None
    counts = run.tap.summary.results["accounts"].counts
    assert counts is not None
    assert counts.requests >= 5
