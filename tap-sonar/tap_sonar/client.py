"""The only place that talks HTTP to Sonar.

In: a query with its variables (POST, JSON body, nothing in the URL). Out: the `data` of the answer, plus its
`errors` when only a part failed; or an exception of `errors.py`. Connections are kept alive, one session per
thread; one limiter for all; broken connections, timeouts, 5xx and "slow down" are tried again here, so that
callers see only what matters.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, TypeVar

import msgspec
import requests
from requests.adapters import HTTPAdapter

from tap_sonar import answers, errors
from tap_sonar.limiter import Limiter
from tap_sonar.settings import Settings

T = TypeVar("T")

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
LONGEST_RETRY_AFTER_SECONDS = 120.0
RATE_WAITS_SECONDS = (5.0, 10.0, 15.0, 20.0)
LONGEST_RATE_WAIT_SECONDS = 900.0
TIMEOUT_RETRIES = 1
"""A page that timed out is tried once more; then the caller is told to ask for less, if it can."""
CONNECT_TIMEOUT_SECONDS = 15.0


_JSON = {"Accept": "application/json", "Content-Type": "application/json"}
CHUNK_BYTES = 1 << 16
_PROBE = msgspec.json.encode({"query": "query { __typename }", "variables": {}})


@dataclass
class Counts:
    """What one stream cost. Changed by several threads; each field under the client's lock."""

    requests: int = 0
    retries: int = 0
    rate_waits: int = 0
    bytes: int = 0
    by_problem: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """A GraphQL answer. `errors` is empty unless Sonar sent both data and errors."""

    data: Mapping[str, Any]
    errors: Sequence[Any] = ()


class Target(Protocol):
    """Where a download goes."""

    @property
    def offset(self) -> int:
        """Bytes that are there."""

    def begin(self, offset: int) -> None:
        """What follows belongs at `offset`; nothing is kept behind it."""

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""


class _NoAnswerError(Exception):
    """The server did not answer in time."""


class SonarClient:
    """Sends queries; safe to use from any number of threads."""

    def __init__(
        self,
        settings: Settings,
        *,
        wait: Callable[[float], None] = time.sleep,
        check: Callable[[], None] = lambda: None,
        log: Callable[..., None] = lambda *_: None,
    ) -> None:
        """`wait` sleeps and may raise to stop early; `check` raises when the run shall end; `log(format, *args)`."""
        self.settings = settings
        self.limiter = Limiter(settings.requests_per_minute, wait=wait)
        self._wait = wait
        self._check = check
        self.log = log
        self._lock = threading.Lock()
        self._local = threading.local()
        self._sessions: list[requests.Session] = []
        self._answered = False
        self._clock_offset: timedelta | None = None
        self._decoder = msgspec.json.Decoder()

    # -- public -------------------------------------------------------------------------------------------------

    def query(
        self,
        text: str,
        variables: Mapping[str, Any] | None = None,
        counts: Counts | None = None,
        *,
        can_ask_less: bool = False,
    ) -> Answer:
        """The answer to a query. `can_ask_less`: the caller has a smaller page to try when this one takes too long.

        Raises:
            StopError: credentials or instance are wrong.
            PageRefusedError: timed out or refused; ask for less.
            StreamError: anything else that ends this query.
        """
        body = msgspec.json.encode({"query": text, "variables": variables or {}})
        timeouts = TIMEOUT_RETRIES if can_ask_less else self.settings.retry_attempts
        return self._with_retries(lambda: self._post(body, counts), counts, timeouts=timeouts)

    def download(self, file_id: int, target: Target, counts: Counts | None = None) -> None:
        """The bytes of a file (GET /api/files/{id}), in portions; what `target` has already is not asked for again."""
        self._with_retries(lambda: self._get_file(file_id, target, counts), counts)

    def server_now(self) -> datetime:
        """Sonar's own idea of the time (UTC): bookmarks are compared with times that Sonar wrote.

        Taken from the `Date` header; asks Sonar for nothing but its type name when there was no answer yet.
        """
        if self._clock_offset is None:
            self._with_retries(lambda: self._post(_PROBE, None), None)
        return datetime.now(timezone.utc) + (self._clock_offset or timedelta())

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            sessions, self._sessions = self._sessions, []
        for session in sessions:
            session.close()

    # -- retries ------------------------------------------------------------------------------------------------

    def _with_retries(self, send: Callable[[], T], counts: Counts | None, *, timeouts: int = TIMEOUT_RETRIES) -> T:
        """Send until there is an answer; `timeouts`: how many more tries one that takes too long is worth."""
        failures = timed_out = rate_waits = 0
        rate_waited = 0.0
        while True:
            self._check()
            self.limiter.acquire()
            try:
                return send()
            except errors.RateLimitError as error:
                if error.limit:
                    self.limiter.lower(error.limit)
                pause = error.retry_after or RATE_WAITS_SECONDS[min(rate_waits, len(RATE_WAITS_SECONDS) - 1)]
                if rate_waited + pause > LONGEST_RATE_WAIT_SECONDS:
                    raise
                rate_waits += 1
                rate_waited += pause
                self._count(counts, "rate limit", rate=True)
                self.log("Sonar asks to slow down (%s); waiting %.0f s.", error, pause)
                self.limiter.pause(pause)
            except _NoAnswerError as error:
                timed_out += 1
                failures += 1
                if timed_out > timeouts or failures > self.settings.retry_attempts:
                    raise errors.PageRefusedError(str(error)) from None
                self._count(counts, "timeout")
                self._back_off(failures, str(error), None)
            except errors.RetriableError as error:
                failures += 1
                if failures > self.settings.retry_attempts:
                    self._check_alive(error)
                    raise
                self._count(counts, "broken or failed answer")
                self._back_off(failures, str(error), error.retry_after)

    def _check_alive(self, error: errors.RetriableError) -> None:
        """All tries of a request failed: is it the request, or Sonar? If Sonar, no other stream has a chance either."""
        self.limiter.acquire()
        try:
            self._post(_PROBE, None)
        except errors.RateLimitError:
            return
        except (errors.SonarError, _NoAnswerError):
            if not self._answered and str(error).startswith("The connection"):
                raise errors.InstanceError(f"cannot reach {self.settings.base_url}; check api_url. {error}") from None
            raise errors.InstanceError(f"Sonar does not answer any more. {error}") from None

    def _back_off(self, failures: int, reason: str, retry_after: float | None) -> None:
        longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (failures - 1))
        pause = retry_after if retry_after is not None else longest * random.uniform(0.5, 1.0)  # noqa: S311
        self.log("%s Try %d of %d in %.1f s.", reason, failures, self.settings.retry_attempts, pause)
        self._wait(min(pause, LONGEST_RETRY_AFTER_SECONDS))

    def _count(self, counts: Counts | None, problem: str, *, rate: bool = False) -> None:
        if counts is None:
            return
        with self._lock:
            if rate:
                counts.rate_waits += 1
            else:
                counts.retries += 1
            counts.by_problem[problem] = counts.by_problem.get(problem, 0) + 1

    # -- one request --------------------------------------------------------------------------------------------

    def _post(self, body: bytes, counts: Counts | None) -> Answer:
        response = self._send("POST", self.settings.graphql_url, counts, data=body, headers=_JSON)
        answer = self._json(response)
        failures = answer.get("errors")
        data = answer.get("data")
        self._answered = True
        if failures and (data is None or all(value is None for value in data.values())):
            raise errors.classify(failures)
        if data is None:
            raise answers.bodyless(answer)
        if failures:
            # Some part came. Only limits and credentials concern the whole; the rows are the caller's business.
            problem = errors.classify(failures)
            if isinstance(problem, (errors.RateLimitError, errors.StopError)):
                raise problem
        return Answer(data, failures or ())

    def _get_file(self, file_id: int, target: Target, counts: Counts | None) -> None:
        # GUESS: whether Sonar heeds Range is not recorded; a server that does not sends all of it with status 200.
        ranged = {"Range": f"bytes={target.offset}-"} if target.offset else {}
        url = self.settings.file_url(file_id)
        headers = {"Accept": "*/*", "Accept-Encoding": "identity", **ranged}
        with self._send("GET", url, counts, headers=headers) as found:
            if found.status_code == requests.codes.requested_range_not_satisfiable and ranged:
                target.begin(0)
                raise errors.RetriableError(f"Sonar cannot go on in the middle of file {file_id}.", retry_after=0)
            if found.status_code not in {requests.codes.ok, requests.codes.partial_content}:
                raise errors.StreamError(f"file {file_id}: Sonar answered HTTP {found.status_code}.")
            target.begin(target.offset if answers.goes_on(found, target.offset) else 0)
            with self._broken_connections():
                for chunk in found.iter_content(CHUNK_BYTES):
                    self._check()
                    target.write(chunk)

    def _send(
        self,
        method: str,
        url: str,
        counts: Counts | None,
        *,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """POST reads the whole answer; GET leaves its body to the caller."""
        timeout = (min(CONNECT_TIMEOUT_SECONDS, self.settings.request_timeout), self.settings.request_timeout)
        if counts is not None:
            with self._lock:
                counts.requests += 1
        with self._broken_connections():
            response = self._session().request(
                method, url, data=data, headers=headers, timeout=timeout, stream=method == "GET",
                allow_redirects=False,  # the token must not travel to another host
                verify=self.settings.ca_bundle,  # None: the usual authorities, or those that the environment names
            )  # fmt: skip
        self._note_time(response)
        if counts is not None and method == "POST":
            with self._lock:
                counts.bytes += len(response.content)
        self._check_status(response)
        return response

    @contextmanager
    def _broken_connections(self) -> Iterator[None]:
        """Errors of the connection by what follows from them."""
        try:
            yield
        except requests.exceptions.ReadTimeout:
            raise _NoAnswerError(f"No answer within {self.settings.request_timeout} s.") from None
        except requests.exceptions.SSLError as error:
            raise errors.InstanceError(
                f"no safe connection to {self.settings.base_url}: {answers.distrust(error)}. Set ca_bundle to a PEM "
                "file with the authority that signed it, or with the certificate itself when it signed itself."
            ) from None
        except requests.exceptions.InvalidURL as error:
            raise errors.InstanceError(
                f"cannot connect to {self.settings.base_url}: {answers.reason(error)}."
            ) from None
        except requests.exceptions.RequestException as error:
            self._close_session()
            if isinstance(error, requests.exceptions.ConnectionError) and "timed out" in str(error).lower():
                raise _NoAnswerError(f"No answer within {self.settings.request_timeout} s.") from None
            if not self._answered and "resol" in str(error).lower():
                raise errors.InstanceError(f"{self.settings.base_url} does not exist; check api_url.") from None
            raise errors.RetriableError(f"The connection to Sonar broke ({answers.reason(error)}).") from None

    def _check_status(self, response: requests.Response) -> None:
        """Raise for every HTTP status that is an answer in itself. Statuses other than 200 are GUESSes."""
        status = response.status_code
        if status < 300:
            return
        if status < 400:
            raise errors.InstanceError(f"{self.settings.base_url} redirects elsewhere; check api_url.")
        retry_after = answers.retry_after(response)
        text = answers.error_text(response)
        limited = errors.rate_limit(text)
        if status == requests.codes.too_many_requests or limited is not None:
            raise errors.RateLimitError(
                text or "HTTP 429", retry_after=retry_after, limit=limited.limit if limited else None
            )
        if status == requests.codes.unauthorized:
            raise errors.AuthenticationError(
                "Sonar does not accept the credentials (HTTP 401). Make a new personal access token and set auth_token."
            )
        if status == requests.codes.forbidden and "/api/files/" not in response.url:
            raise errors.AuthenticationError(
                f"Sonar refuses access (HTTP 403{': ' + text if text else ''}). Check the role of the token's user and "
                "the instance's application firewall."
            )
        if status in {requests.codes.request_entity_too_large, requests.codes.gateway_timeout}:
            raise _NoAnswerError(f"Sonar answered HTTP {status}.")
        if status >= 500 or status == requests.codes.request_timeout:
            raise errors.RetriableError(f"Sonar answered HTTP {status}.", retry_after=retry_after)
        if status == requests.codes.not_found and "/api/files/" not in response.url:
            raise errors.InstanceError(
                f"there is no Sonar at {self.settings.base_url} (HTTP 404 for /api/graphql); check api_url."
            )
        if "/api/files/" not in response.url:
            raise errors.QueryError(f"Sonar answered HTTP {status}{': ' + text if text else ''}.")

    def _json(self, response: requests.Response) -> dict[str, Any]:
        try:
            answer = self._decoder.decode(response.content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            answer = None
        if isinstance(answer, dict):
            return answer
        if not answers.is_html(response):
            raise errors.RetriableError("Sonar answered with something that is not JSON.")
        if self._answered:
            # A proxy's maintenance page between good answers: it passes.
            raise errors.RetriableError("Sonar answered with a web page.")
        raise errors.InstanceError(
            f"{self.settings.graphql_url} answers with a web page instead of JSON; check api_url, it must be "
            "the address of the instance itself."
        )

    # -- connections --------------------------------------------------------------------------------------------

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            adapter = HTTPAdapter(pool_connections=1, pool_maxsize=1)
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            session.headers["User-Agent"] = self.settings.user_agent
            if self.settings.auth_token:
                session.headers["Authorization"] = f"Bearer {self.settings.auth_token}"
                # Keeps requests from replacing the header by what a .netrc file says.
                session.auth = _keep_headers
            else:
                # GUESS: HTTP Basic is documented for Sonar's v1 REST interface; for GraphQL only tokens are.
                session.auth = (self.settings.username or "", self.settings.password or "")
            self._local.session = session
            with self._lock:
                self._sessions.append(session)
        return session

    def _close_session(self) -> None:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is not None:
            session.close()

    def _note_time(self, response: requests.Response) -> None:
        if self._clock_offset is not None:
            return
        try:
            told = parsedate_to_datetime(response.headers.get("Date", ""))
        except (TypeError, ValueError):
            self._clock_offset = timedelta()
            return
        if told.tzinfo is None:
            told = told.replace(tzinfo=timezone.utc)
        self._clock_offset = told - datetime.now(timezone.utc)


def _keep_headers(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
