"""The Splynx sandbox as an aiohttp server: HTTP in, ``dispatch`` in the middle, HTTP out; control endpoints beside it.

Everything is handled in the one thread of the event loop, so each request is atomic. In tests::

    with SplynxServer(keys=[ApiKey("k", "s")]) as server:
        requests.get(server.url + "/api/2.0/admin/customers/customer", auth=("k", "s"))
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping
from pathlib import Path as FilePath
from types import TracebackType
from typing import Any

from aiohttp import web

from sandbox.faults import Traffic
from sandbox.splynx import actions as _actions  # noqa: F401  (registers the handlers)
from sandbox.splynx import effects as _effects  # noqa: F401  (registers the effects)
from sandbox.splynx import rules as _rules  # noqa: F401  (registers the rules)
from sandbox.splynx import snapshot
from sandbox.splynx.auth import Authenticator
from sandbox.splynx.contract import PREFIX
from sandbox.splynx.dispatch import answer
from sandbox.splynx.engine import canonical, decode_json
from sandbox.splynx.errors import ApiError, bad_request
from sandbox.splynx.query import parse_php_query
from sandbox.splynx.routes import Call, Router
from sandbox.splynx.state import Settings, Splynx, StoredFile
from sandbox.splynx.store import encode_json

_JSON = "application/json"
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_FOUND: web.RequestKey[Any] = web.RequestKey("found", object)
_BODY_LIMIT = 64 * 1024 * 1024


def _envelope(error: ApiError) -> web.Response:
    return web.Response(status=error.status, body=encode_json(error.body()), content_type=_JSON)


def _fault_response(kind: str, status: int, _request: web.Request) -> web.StreamResponse:
    if kind == "expired_token":
        return _envelope(ApiError(401, "EXPIRED_ACCESS_TOKEN", "Access token is expired!"))
    return _envelope(ApiError(status, "INTERNAL_SERVER_ERROR", "Internal server error"))


class SplynxApplication:
    """The aiohttp application around one ``Splynx``."""

    def __init__(self, splynx: Splynx, latency_ms: float = 0.0, faults: list[Mapping[str, Any]] | None = None) -> None:
        self.splynx = splynx
        self.router = Router(splynx.contract)
        self.authenticator = Authenticator(splynx)
        self.traffic = Traffic(
            latency_ms=latency_ms, classify=self._classify, error_response=_fault_response, rules=faults
        )
        self.app = web.Application(middlewares=[self.traffic.middleware], client_max_size=_BODY_LIMIT)
        self.traffic.add_routes(self.app, self._extra_stats)
        self.app.router.add_get("/_sandbox/dump", self._dump)
        self.app.router.add_post("/_sandbox/reset", self._reset)
        self.app.router.add_post("/_sandbox/expire-tokens", self._expire_tokens)
        self.app.router.add_route("*", "/{tail:.*}", self._handle)

    def _extra_stats(self) -> dict[str, Any]:
        messages = dict(sorted(self.splynx.messages.items()))
        rows = {name: len(table) for name, table in sorted(self.splynx.store.tables.items()) if len(table)}
        charges = dict(sorted(self.splynx.charges.items()))
        return {"messages_that_would_have_gone_out": messages, "charges_on_creation": charges, "rows": rows}

    async def _classify(self, request: web.Request) -> str:
        path = request.path.removeprefix(PREFIX)
        found = self.router.find(path)
        request[_FOUND] = found
        return f"{request.method} {found[0].template if found else path}"

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        found = request[_FOUND]
        if not request.path.startswith(PREFIX + "/") or found is None:
            return _envelope(ApiError(404, "NOT_FOUND", "Page not found!"))  # GUESS: code and words
        path, parameters = found
        headers = request.headers
        call = Call(
            self.splynx, self.authenticator, request.method, path, parameters, self.router.resource(path),
            request.query_string, user_agent=headers.get("User-Agent", ""), address=request.remote or "",
        )  # fmt: skip
        try:
            if request.method in {"POST", "PUT", "DELETE"}:
                await self._read_body(request, call)
        except ApiError as error:
            return _envelope(error)
        done = answer(call, headers.get("Authorization", ""))
        if done.body is None:
            return web.Response(status=done.status, headers=done.headers or None)
        return web.Response(body=done.body, status=done.status, headers=done.headers or None, content_type=_JSON)

    async def _read_body(self, request: web.Request, call: Call) -> None:
        """JSON, or a form as PHP reads it (names with brackets, files apart)."""
        if request.content_type not in _FORMS:
            call.body = decode_json(await request.read())
            return
        try:
            form = await request.post()
        except (ValueError, web.HTTPException):
            raise bad_request("The form cannot be read.") from None
        pairs = []
        for name, value in form.items():
            if isinstance(value, web.FileField):
                content = value.file.read()
                call.uploads.append((name, StoredFile(value.filename, value.content_type, content)))
            elif isinstance(value, str):
                pairs.append((name, value))
        call.body = parse_php_query("&".join(f"{_quoted(n)}={_quoted(v)}" for n, v in pairs))

    async def _dump(self, request: web.Request) -> web.Response:
        volatile = request.query.get("volatile", "1") != "0"
        data = canonical(self.splynx, request.query.get("resource"), volatile)
        return web.Response(body=json.dumps(data, sort_keys=True).encode(), content_type=_JSON)

    async def _reset(self, _request: web.Request) -> web.Response:
        self.splynx.reset()
        self.traffic.reset_statistics()
        return web.Response(status=204)

    async def _expire_tokens(self, _request: web.Request) -> web.Response:
        self.authenticator.expire_all()
        return web.Response(status=204)


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="[]")


class SplynxServer:
    """A running server for tests and tools: a context manager with ``url``, ``splynx`` and ``api`` (the base URL)."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        latency_ms: float = 0.0,
        faults: list[Mapping[str, Any]] | None = None,
        snapshot_file: str | FilePath | None = None,
        settings: Settings | None = None,
        **more: Any,
    ) -> None:
        """``more`` are fields of ``Settings`` (keys, strings, now, taxes, unknown_fields …)."""
        self.host, self.port = host, port
        self.splynx = Splynx(settings or Settings(**more))
        self.application = SplynxApplication(self.splynx, latency_ms, faults)
        self.snapshot_file = FilePath(snapshot_file) if snapshot_file else None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """``http://host:port`` without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    @property
    def api(self) -> str:
        """The base URL of the API, with a slash at the end."""
        return f"{self.url}{PREFIX}/"

    async def start(self) -> None:
        """Bind and serve in the running event loop; port 0 becomes the free port chosen."""
        if self.snapshot_file is not None and self.snapshot_file.exists():
            snapshot.load(self.splynx, self.snapshot_file)
        self._runner = web.AppRunner(self.application.app, access_log=None, keepalive_timeout=75.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port, backlog=512)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close the port and save the snapshot."""
        if self._runner is not None:
            await self._runner.cleanup()
        if self.snapshot_file is not None:
            snapshot.save(self.splynx, self.snapshot_file)

    def __enter__(self) -> SplynxServer:
        ready = threading.Event()
        failure: list[Exception] = []

        def run() -> None:
            loop = self._loop = asyncio.new_event_loop()
            try:
                loop.run_until_complete(self.start())
            except Exception as error:  # noqa: BLE001  (handed to the thread that waits)
                failure.append(error)
                return
            finally:
                ready.set()
            loop.run_forever()
            loop.run_until_complete(self.stop())
            loop.close()

        self._thread = threading.Thread(target=run, name="splynx-sandbox", daemon=True)
        self._thread.start()
        ready.wait()
        if failure:
            raise failure[0]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=10)
