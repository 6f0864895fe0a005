"""One HTTP client for all workers: kept-alive connections, authentication, pace, retries of what is safe to repeat.

A GET, HEAD, OPTIONS, PUT or DELETE is repeated on 429, 5xx and broken connections. A POST never is: whether it was
carried out is unknown then, and only the caller can look (`Unavailable` says so).
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec
import requests
import tenacity
from requests.adapters import HTTPAdapter

from target_splynx import __version__
from target_splynx.contract.resource import API_PREFIX
from target_splynx.errors import SplynxUnreachable
from target_splynx.splynx.auth import Authentication
from target_splynx.splynx.errors import NOT_NOW, LoginRefused, SplynxError, Unavailable, from_response
from target_splynx.splynx.pace import DEFAULT_PAUSE, Pace
from target_splynx.splynx.query import Query
from target_splynx.splynx.tls import tls_problem

logger = logging.getLogger(__name__)
# At DEBUG it prints every URL, and the URL of a token's renewal contains the token.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)

_encoder = msgspec.json.Encoder(decimal_format="number")
RETRY_PAUSE_SECONDS = 0.5
"""Before the first repetition, at most; doubled each time."""

_SUCCESS = {200, 201, 202, 204}
_WRITES = {"POST", "PUT", "DELETE"}
CONNECT_SECONDS = 10.0
"""To open a connection; the setting `request_timeout` is for the answer."""

TOKENS = 3
"""How often a request is sent with another token before a 401 means that the credentials are wrong."""
_NO_ADDRESS = (
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
)


@dataclass
class Counters:
    """What was asked so far; shown by `status` and in the summary."""

    requests: int = 0
    retries: int = 0
    seconds: float = 0.0


class Client:
    """Splynx's API 2.0. Thread safe."""

    def __init__(
        self,
        api_url: str,
        auth: Authentication,
        *,
        timeout: float = 120.0,
        ca_bundle: str | None = None,
        retry_attempts: int = 3,
        requests_per_minute: int = 0,
        connections: int = 4,
        stop: threading.Event | None = None,
        user_agent: str = f"target-splynx/{__version__}",
    ) -> None:
        """`api_url`: the server's address, with or without `/api/2.0`; `timeout` in seconds; `ca_bundle`: PEM file of
        the authorities to trust instead of the usual ones; `stop`: once set, nothing is tried again and nobody waits
        any more."""
        self.base = api_url.rstrip("/").removesuffix(API_PREFIX) + API_PREFIX
        self.counters = Counters()
        self._auth = auth
        self._timeout = timeout
        self._attempts = max(1, retry_attempts + 1)
        self._stop = stop or threading.Event()
        self._pace = Pace(requests_per_minute, most=connections, stop=self._stop)
        self._counter_lock = threading.Lock()
        self._session = requests.Session()
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=connections + 2, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        # No proxy settings and above all no .netrc: it would replace the Authorization header.
        self._session.trust_env = False
        self._session.verify = ca_bundle or os.environ.get("REQUESTS_CA_BUNDLE") or True
        # The token is bound to the User-Agent (research/splynx-api.md §2): one for all requests.
        self._session.headers.update({"User-Agent": user_agent, "Accept": "application/json"})
        auth.connect(self._login)

    # -- verbs ---------------------------------------------------------------------------------------------------

    def get(self, path: str, query: Query | None = None) -> Any:
        """The parsed body of a GET."""
        return self._repeat("GET", path, query)[1]

    def count(self, path: str, query: Query | None = None) -> int | None:
        """`X-total-count` of a HEAD; None when the server does not say."""
        value = self._repeat("HEAD", path, query)[0].headers.get("X-total-count")
        return int(value) if value and value.isdigit() else None

    def server_time(self) -> datetime | None:
        """Splynx's clock, by the `Date` header of a small answer; None when it sends none."""
        answer = self._repeat("HEAD", "/admin/administration/partners", None)[0]
        try:
            return parsedate_to_datetime(answer.headers["Date"])
        except (KeyError, ValueError):
            return None

    def options(self, path: str) -> dict[str, Any]:
        """The attributes that a live server declares; empty when OPTIONS is not available there."""
        body = self._repeat("OPTIONS", path, None)[1]
        if isinstance(body, list):  # the document's form; a live server sends the object
            return {"attributes": body, "additional_attributes": []}
        return body if isinstance(body, dict) else {}

    def post(self, path: str, payload: dict[str, Any], files: list[tuple[str, Any]] | None = None) -> Any:
        """The parsed answer of a POST, sent exactly once; None when it is empty.

        Raises:
            Unavailable: it is unknown whether Splynx carried it out.
        """
        return self._send("POST", path, None, payload, files)[1]

    def put(self, path: str, payload: dict[str, Any]) -> None:
        """Change fields of a record (202, no body)."""
        self._repeat("PUT", path, None, payload)

    def delete(self, path: str, payload: dict[str, Any] | None = None) -> None:
        """Delete a record (204)."""
        self._repeat("DELETE", path, None, payload)

    def pages(self, path: str, query: Query | None = None, *, size: int = 1000) -> Iterator[dict[str, Any]]:
        """All records of a list, by id, a page at a time; stops when the server ignores `limit`."""
        query = query or Query()
        last = 0
        while True:
            page_query = Query(
                main={**query.main, "id": (">", last)}, additional=query.additional, order={"id": "ASC"}, limit=size
            )
            page = self.get(path, page_query)
            fresh = [row for row in page if _number(row.get("id")) > last]
            yield from fresh
            if len(page) < size or not fresh:
                return
            last = max(_number(row.get("id")) for row in fresh)

    # -- inside --------------------------------------------------------------------------------------------------

    def _repeat(
        self,
        method: str,
        path: str,
        query: Query | None,
        payload: dict[str, Any] | None = None,
        *,
        attempts: int | None = None,
    ) -> tuple[requests.Response, Any]:
        def note(state: tenacity.RetryCallState) -> None:
            with self._counter_lock:
                self.counters.retries += 1
            error = state.outcome.exception() if state.outcome else None
            logger.info("%s %s: %s; trying again (%d)", method, path, error, state.attempt_number)

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Unavailable),
            stop=tenacity.stop_after_attempt(attempts or self._attempts) | tenacity.stop_when_event_set(self._stop),
            wait=_backoff,
            sleep=tenacity.sleep_using_event(self._stop),
            before_sleep=note,
            reraise=True,
        )
        return retrying(self._send, method, path, query, payload)

    def _send(
        self,
        method: str,
        path: str,
        query: Query | None,
        payload: dict[str, Any] | None = None,
        files: list[tuple[str, Any]] | None = None,
    ) -> tuple[requests.Response, Any]:
        """The answer and its parsed body (None where there is none to parse)."""
        for _ in range(TOKENS):
            used = self._auth.header()
            response = self._request(method, path, query, payload, files, used)
            if response.status_code != 401 or not self._auth.forget(used):
                break
        if response.status_code in _SUCCESS:
            return response, _body(method, response)
        error = from_response(response)
        if isinstance(error, Unavailable) and (error.status in NOT_NOW or error.retry_after is not None):
            self._pace.pause(DEFAULT_PAUSE if error.retry_after is None else error.retry_after)
        raise error

    def _login(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        response = self._request(method, path, None, body, None, None)
        if response.status_code not in _SUCCESS:
            raise from_response(response)
        answer = _body(method, response)
        if not isinstance(answer, dict) or not answer.get("access_token"):
            raise LoginRefused(response.status_code, "the login answered something else than a token")
        return answer

    def _request(
        self,
        method: str,
        path: str,
        query: Query | None,
        payload: dict[str, Any] | None,
        files: list[tuple[str, Any]] | None,
        authorization: str | None,
    ) -> requests.Response:
        headers = {"Authorization": authorization} if authorization else {}
        arguments: dict[str, Any] = {}
        if files is not None:
            arguments = {"data": form(payload or {}), "files": files}
        elif payload is not None:
            headers["Content-Type"] = "application/json"
            arguments = {"data": _encoder.encode(payload)}
        started = 0.0
        try:
            with self._pace.turn():
                started = time.monotonic()
                # Redirects are not followed: the key must not travel to another host.
                response = self._session.request(
                    method,
                    self.base + path,
                    params=query.parameters() if query else None,
                    headers=headers,
                    timeout=(min(CONNECT_SECONDS, self._timeout), self._timeout),
                    allow_redirects=False,
                    **arguments,
                )
                seconds = time.monotonic() - started
        except OSError as error:  # all errors of requests are such
            raise self._failure(error) from None
        finally:
            if started:  # else it never left
                with self._counter_lock:
                    self.counters.requests += 1
                    self.counters.seconds += time.monotonic() - started
        if method in _WRITES and response.status_code in _SUCCESS:
            self._pace.answered(seconds)
        if response.is_redirect:
            raise SplynxUnreachable(
                f"{self.base} redirects to another address; set `api_url` to the final one (https, no trailing path)."
            )
        return response

    def _failure(self, error: OSError) -> Exception:
        """What follows from an error of the connection: an end with one clear line, or another try."""
        if isinstance(error, requests.exceptions.SSLError):
            return SplynxUnreachable(tls_problem(self.base, error))
        if isinstance(error, _NO_ADDRESS):
            return SplynxUnreachable(f"`api_url` {self.base} is not the address of a server.")
        if not isinstance(error, requests.exceptions.RequestException):
            # requests says so of a file of authorities that is not there (any more).
            return SplynxUnreachable("`ca_bundle` (or REQUESTS_CA_BUNDLE) names no file that can be read.")
        if isinstance(error, requests.exceptions.ReadTimeout):
            self._pace.complain("no answer in time")
        return Unavailable(0, f"no answer ({type(error).__name__})")

    def check(self, *, attempts: int | None = None) -> None:
        """Ask for something cheap; raise one clear line when address or credentials are wrong.

        `attempts`: how often to ask a server that does not answer; default: as for everything else.
        """
        try:
            self._repeat("GET", "/admin/administration/partners", Query(limit=1), attempts=attempts)
        except LoginRefused:
            raise SplynxUnreachable(
                f"Splynx at {self.base} refuses the credentials (401). Check `auth_method`, `api_key` and `api_secret` "
                "(and, for basic, that the key allows unsecure access)."
            ) from None
        except Unavailable as error:
            if error.status == 0:
                raise SplynxUnreachable(
                    f"Splynx at {self.base} does not answer: {error.message}. Check `api_url`."
                ) from None
            if error.status in _SUCCESS:
                raise SplynxUnreachable(
                    f"{self.base} is not a Splynx API: it {error.message}. Check `api_url`."
                ) from None
            raise SplynxUnreachable(f"Splynx at {self.base} is out of order: {error}. Try again later.") from None
        except SplynxError as error:
            if error.status == 404:
                raise SplynxUnreachable(f"{self.base} is not a Splynx API (404). Check `api_url`.") from None
            if error.status == 403:
                return  # the key is good; what it may do is told per resource
            raise SplynxUnreachable(f"Splynx at {self.base} answers: {error}.") from None


def _backoff(state: tenacity.RetryCallState) -> float:
    """Longer each time, and never shorter than Splynx asks for."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, Unavailable) else None
    return max(tenacity.wait_random_exponential(multiplier=RETRY_PAUSE_SECONDS, max=30)(state), asked or 0.0)


def _body(method: str, response: requests.Response) -> Any:
    """The parsed JSON of a successful answer.

    Raises:
        Unavailable: something else than JSON came: a proxy's page, or an answer that broke off.
    """
    if method in {"HEAD", "PUT", "DELETE"} or (
        method == "POST" and not response.content
    ):  # 202 and 204 say nothing (research/splynx-api.md §3)
        return None
    try:
        return response.json()
    except ValueError:
        kind = response.headers.get("Content-Type") or "no content type"
        raise Unavailable(response.status_code, f"answered {kind} that is not JSON") from None


def form(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """A payload as PHP form fields: lists as `name[]` (of objects: `name[0][key]`), objects as `name[key]`."""
    return [pair for name, value in payload.items() for pair in _pairs(name, value)]


def _pairs(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _pairs(f"{name}[{key}]", entry)
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            yield from _pairs(f"{name}[{number if isinstance(entry, (dict, list)) else ''}]", entry)
    elif value is not None:
        yield name, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def _number(value: Any) -> int:
    return int(value) if str(value).lstrip("-").isdigit() else 0
