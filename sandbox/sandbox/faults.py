"""Faults on purpose, request statistics and latency, shared by both sandbox servers.

In: an aiohttp application and, over ``PUT /_sandbox/faults``, a JSON list of rules. Out: answers that are
late, wrong or never come, and counters at ``GET /_sandbox/stats``. A server uses it in three lines::

    traffic = Traffic(latency_ms=0, classify=name_of_operation, error_response=my_envelope)
    app = web.Application(middlewares=[traffic.middleware])
    traffic.add_routes(app)

A handler may set ``request[OPERATION]`` itself (a name, or a list of names); ``classify`` does it before
the handler runs, which rules with ``operation_regex`` need. Nothing under ``/_sandbox`` is counted or broken.

Rule: ``{"match": {"method", "path_regex", "operation_regex"}, "kind", "status", "seconds", "probability",
"times", "skip", "seed", "after", "headers", "body"}``; only ``kind`` is required. ``method`` may
name several: ``POST|PUT``. Kinds:

* ``status``: answer with ``status`` (default 500), ``headers``, ``body`` (default: the server's own envelope)
* ``cut_before``: the connection is closed, nothing was done
* ``cut_after``: everything was done (committed), then the connection is closed without an answer
* ``cut_middle``: everything was done, the answer breaks off after half of its body
* ``delay``: wait ``seconds``, then go on (later rules still apply)
* ``hang``: as ``delay``, by default for an hour: the client's own time-out decides
* ``html``: an HTML page (default status 502) as proxies and login pages send it
* ``expired_token``: 401 as the server words it for a token that has ended
* ``empty``: the status asked for (default 200) with no body
* ``invalid_json``: status 200, a JSON text that breaks off

``after: true`` on an answering kind means: do the work first, then answer with the fault.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.asked import Statistics

KINDS = frozenset({
    "status", "cut_before", "cut_after", "cut_middle", "delay", "hang", "html", "expired_token", "empty",
    "invalid_json",
})  # fmt: skip
_RULE_KEYS = frozenset(
    {"match", "kind", "status", "seconds", "probability", "times", "skip", "seed", "after", "headers", "body"}
)
_SHOWN = ("kind", "status", "seconds", "probability", "times", "skip", "seed", "after", "headers", "body", "matched",
          "fired")  # fmt: skip
_MATCH_KEYS = frozenset({"method", "path_regex", "operation_regex"})
CONTROL_PREFIX = "/_sandbox"
OPERATION: web.RequestKey[Any] = web.RequestKey("operation", object)
_CUT: web.RequestKey[bool] = web.RequestKey("connection_cut", bool)
_BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Classify = Callable[[web.Request], Awaitable["str | list[str] | None"]]
ErrorResponse = Callable[[str, int, web.Request], web.StreamResponse]


class FaultRuleError(ValueError):
    """A fault rule is not understood; the text says which part."""


@dataclass
class FaultRule:
    """One rule and how often it fired. ``times`` None = for ever; ``skip`` = matches that pass first."""

    kind: str
    method: str | None = None
    path_regex: re.Pattern[str] | None = None
    operation_regex: re.Pattern[str] | None = None
    status: int | None = None
    seconds: float | None = None
    probability: float = 1.0
    times: int | None = None
    skip: int = 0
    seed: int | None = None
    after: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    matched: int = 0
    fired: int = 0
    _random: random.Random = field(default_factory=random.Random, repr=False)

    @classmethod
    def from_json(cls, data: object) -> FaultRule:
        """Make a rule from its JSON form; raises FaultRuleError naming what is wrong."""
        if not isinstance(data, Mapping):
            raise FaultRuleError("a rule must be an object")
        match = data.get("match") or {}
        for given, known, where in ((set(data), _RULE_KEYS, "rule"), (set(match), _MATCH_KEYS, "match")):
            if unknown := sorted(given - known - {"fired", "matched"}):
                names = ", ".join(sorted(known))
                raise FaultRuleError(f"unknown key in {where}: {', '.join(unknown)} (known: {names})")
        kind = data.get("kind")
        if kind not in KINDS:
            raise FaultRuleError(f"unknown kind {kind!r} (known: {', '.join(sorted(KINDS))})")
        try:
            path, operation = match.get("path_regex"), match.get("operation_regex")
            return cls(
                kind=str(kind),
                method=str(match["method"]).upper() if match.get("method") else None,
                path_regex=re.compile(path) if path else None,
                operation_regex=re.compile(operation) if operation else None,
                status=int(data["status"]) if data.get("status") is not None else None,
                seconds=float(data["seconds"]) if data.get("seconds") is not None else None,
                probability=float(data.get("probability", 1.0)),
                times=int(data["times"]) if data.get("times") is not None else None,
                skip=int(data.get("skip", 0)),
                seed=data.get("seed"),
                after=bool(data.get("after", False)),
                headers={str(k): str(v) for k, v in (data.get("headers") or {}).items()},
                body=data.get("body"),
                _random=random.Random(data.get("seed")),
            )
        except (re.error, TypeError, ValueError) as error:
            raise FaultRuleError(f"bad value in rule: {error}") from error

    def to_json(self) -> dict[str, Any]:
        """The rule as given, plus how often it matched and fired."""
        match = {
            "method": self.method,
            "path_regex": self.path_regex.pattern if self.path_regex else None,
            "operation_regex": self.operation_regex.pattern if self.operation_regex else None,
        }
        shown = {key: value for key, value in match.items() if value is not None}
        return {"match": shown, **{name: getattr(self, name) for name in _SHOWN}}

    def fires(self, method: str, path: str, operations: list[str]) -> bool:
        """Does this rule hit the request? Counts the match and the hit."""
        if self.method and method not in self.method.split("|"):
            return False
        if self.path_regex and not self.path_regex.search(path):
            return False
        if self.operation_regex and not any(self.operation_regex.search(name) for name in operations):
            return False
        self.matched += 1
        if self.matched <= self.skip or (self.times is not None and self.fired >= self.times):
            return False
        if self.probability < 1.0 and self._random.random() >= self.probability:
            return False
        self.fired += 1
        return True


def _plain_error(kind: str, status: int, _request: web.Request) -> web.StreamResponse:
    return web.json_response({"message": f"Fault on purpose: {kind}"}, status=status)


class Traffic:
    """The middleware, its rules and its counters; one per server.

    ``classify(request)`` names the operation before the handler. ``error_response(kind, status, request)``
    words the kinds ``status`` and ``expired_token`` as the imitated server would. ``latency_ms`` is added to
    every request.
    """

    def __init__(
        self,
        *,
        latency_ms: float = 0.0,
        classify: Classify | None = None,
        error_response: ErrorResponse | None = None,
        rules: list[Mapping[str, Any]] | None = None,
    ) -> None:
        self.latency_ms = latency_ms
        self.rules = [FaultRule.from_json(rule) for rule in rules or []]
        self.statistics = Statistics()
        self._classify = classify
        self._error_response = error_response or _plain_error
        self._extra_stats: Callable[[], Mapping[str, Any]] | None = None

        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._handle(request, handler)

        self.middleware = middleware

    def set_rules(self, rules: object) -> None:
        """Replace all rules; on FaultRuleError the old ones stay."""
        if not isinstance(rules, list):
            raise FaultRuleError("the rules must be a list")
        self.rules = [FaultRule.from_json(rule) for rule in rules]

    def reset_statistics(self) -> None:
        """Start counting anew; requests that are under way stay counted as such."""
        in_flight = self.statistics.in_flight
        self.statistics = Statistics(in_flight=in_flight, max_concurrency=in_flight)

    def stats(self) -> dict[str, Any]:
        """All counters, with what the server adds under its own keys."""
        return {**self.statistics.to_json(), **(self._extra_stats() if self._extra_stats else {})}

    def add_routes(self, app: web.Application, extra_stats: Callable[[], Mapping[str, Any]] | None = None) -> None:
        """Add the control endpoints under ``/_sandbox``; ``extra_stats`` adds keys to the statistics."""
        self._extra_stats = extra_stats
        app.router.add_get(f"{CONTROL_PREFIX}/health", self._get_health)
        app.router.add_get(f"{CONTROL_PREFIX}/stats", self._get_stats)
        app.router.add_post(f"{CONTROL_PREFIX}/reset-stats", self._post_reset_stats)
        app.router.add_get(f"{CONTROL_PREFIX}/faults", self._get_faults)
        app.router.add_put(f"{CONTROL_PREFIX}/faults", self._put_faults)

    async def _get_health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _get_stats(self, _request: web.Request) -> web.Response:
        return web.json_response(self.stats())

    async def _post_reset_stats(self, _request: web.Request) -> web.Response:
        self.reset_statistics()
        return web.Response(status=204)

    async def _get_faults(self, _request: web.Request) -> web.Response:
        return web.json_response([rule.to_json() for rule in self.rules])

    async def _put_faults(self, request: web.Request) -> web.Response:
        try:
            self.set_rules(json.loads(await request.read() or b"[]"))
        except (FaultRuleError, ValueError) as error:
            return web.json_response({"message": str(error)}, status=422)
        return web.json_response([rule.to_json() for rule in self.rules])

    async def _handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(CONTROL_PREFIX):
            return await handler(request)
        statistics = self.statistics
        statistics.begin(request)
        started = time.perf_counter()
        status = "cut"
        try:
            if self._classify is not None and (name := await self._classify(request)) is not None:
                request[OPERATION] = name
            # even without latency: requests that came in together count as concurrent
            await asyncio.sleep(self.latency_ms / 1000)
            fault = await self._pick_fault(request) if self.rules else None
            response = await (self._with_fault(fault, request, handler) if fault else handler(request))
            status = "cut" if request.get(_CUT) else str(response.status)
            return response
        except web.HTTPException as error:
            status = str(error.status)
            raise
        except Exception:
            status = "crash"
            raise
        finally:
            # a reset during the request replaces the counters: it ends where it was begun
            current = self.statistics
            if current is not statistics:
                current.in_flight = max(0, current.in_flight - 1)
            statistics.end(_operations(request), status, time.perf_counter() - started)

    async def _pick_fault(self, request: web.Request) -> FaultRule | None:
        operations = _operations(request)
        for rule in self.rules:
            if not rule.fires(request.method, request.path, operations):
                continue
            self.statistics.faults_by_kind[rule.kind] += 1
            if rule.kind not in {"delay", "hang"}:
                return rule
            default = 1.0 if rule.kind == "delay" else 3600.0
            await asyncio.sleep(rule.seconds if rule.seconds is not None else default)
        return None

    async def _with_fault(self, rule: FaultRule, request: web.Request, handler: Handler) -> web.StreamResponse:
        if rule.seconds:
            await asyncio.sleep(rule.seconds)
        if rule.kind == "cut_before":
            return _cut(request)
        done: web.StreamResponse | None = None
        if rule.after or rule.kind in {"cut_after", "cut_middle"}:
            try:
                done = await handler(request)
            except web.HTTPException as error:
                done = web.Response(status=error.status, text=error.text)
        if rule.kind == "cut_after":
            return _cut(request)
        if rule.kind == "cut_middle":
            return await _cut_in_the_middle(request, done)
        return self._answer(rule, request)

    def _answer(self, rule: FaultRule, request: web.Request) -> web.StreamResponse:
        headers = rule.headers
        if rule.kind == "html":
            page = rule.body or _BAD_GATEWAY
            return web.Response(status=rule.status or 502, text=page, content_type="text/html", headers=headers)
        if rule.kind == "empty":
            return web.Response(status=rule.status or 200, headers=headers)
        if rule.kind == "invalid_json":
            text = '{"data": [{"id": 1'
            return web.Response(status=200, text=text, content_type="application/json", headers=headers)
        status = rule.status or (401 if rule.kind == "expired_token" else 500)
        if rule.body is not None:
            if isinstance(rule.body, str):
                return web.Response(status=status, text=rule.body, headers=headers)
            return web.json_response(rule.body, status=status, headers=headers)
        response = self._error_response(rule.kind, status, request)
        response.headers.update(headers)
        return response


def _operations(request: web.Request) -> list[str]:
    value = request.get(OPERATION)
    if value is None:
        return [f"{request.method} {request.path}"]
    return [value] if isinstance(value, str) else [str(name) for name in value]


def _cut(request: web.Request) -> web.StreamResponse:
    """Close the connection now; the answer that aiohttp wants is never sent."""
    request[_CUT] = True
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _cut_in_the_middle(request: web.Request, done: web.StreamResponse | None) -> web.StreamResponse:
    """Send the head and half of the body of the answer that is ready, then close."""
    whole = done.body if isinstance(done, web.Response) else None
    body = whole if isinstance(whole, bytes) and whole else b"{}" * 20
    response = web.StreamResponse(status=done.status if done is not None else 200)
    response.content_length = len(body)
    response.content_type = done.content_type if done is not None else "application/json"
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    await asyncio.sleep(0.01)
    _cut(request)
    return response
