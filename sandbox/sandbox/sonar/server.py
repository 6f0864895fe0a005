"""Sonar over HTTP: ``POST /api/graphql``, ``GET /api/files/{id}`` and the control endpoints under ``/_sandbox``.

In: a store file and :class:`Settings`. Out: a running server, in this process (:class:`SonarServer` as a
context manager) or for the command line (:func:`make_app`). Queries run in threads with a connection each,
one read transaction per request, so other processes may write to the file meanwhile and a page never shows
half a change.

GUESS, all from research/sonar-api.md "Still unknown": body and status of a bad token (401, Laravel's
wording), status of the rate limit's answer (429), that a wrong content type is 415 and a wrong body 400.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

from aiohttp import web

from sandbox.faults import Traffic
from sandbox.sonar import functions
from sandbox.sonar.changes import LiveChanges
from sandbox.sonar.execution import Engine
from sandbox.sonar.rows import Limits, Request, WindowMode
from sandbox.sonar.schema import load_schema
from sandbox.sonar.settings import DEFAULT_TOKEN, Settings, changed, settings_json
from sandbox.sonar.store import open_database

_MAX_BODY = 8 * 1024 * 1024

_NOT_FOUND = """<!DOCTYPE html>
<html lang="en"><head><title>Not Found</title></head>
<body><h1>404 | Not Found</h1></body></html>
"""


class _RateLimit:
    """A counter that starts anew every window (research/sonar-api.md "Rate limit": resets each 60 s)."""

    def __init__(self) -> None:
        self._since = 0.0
        self._count = 0

    def allows(self, limit: int, window: float) -> bool:
        now = time.monotonic()
        if now - self._since >= window:
            self._since, self._count = now, 0
        self._count += 1
        return not limit or self._count <= limit


class _Sonar:
    """The handlers and what they share."""

    def __init__(self, database: Path, settings: Settings, threads: int) -> None:
        self.database = database
        self.settings = settings
        self.engine = Engine(load_schema())
        self.changes = LiveChanges(database, settings.changes_per_second)
        self._rate = _RateLimit()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="sonar")
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self.traffic = Traffic(
            latency_ms=settings.latency_ms, classify=self._classify, error_response=self._error_response
        )

    def app(self) -> web.Application:
        app = web.Application(middlewares=[_server_errors, self.traffic.middleware], client_max_size=_MAX_BODY)
        self.traffic.add_routes(app, extra_stats=lambda: {"live_changes": self.changes.counts()})
        app.router.add_get("/_sandbox/settings", self._get_settings)
        app.router.add_put("/_sandbox/settings", self._put_settings)
        app.router.add_get("/_sandbox/changes", self._get_changes)
        app.router.add_route("*", "/api/graphql", self._graphql)
        app.router.add_get("/api/files/{id}", self._file)
        app.router.add_route("*", "/{path:.*}", _not_found)
        app.on_startup.append(self._start)
        app.on_cleanup.append(self._stop)
        return app

    async def _start(self, _app: web.Application) -> None:
        self.changes.start()

    async def _stop(self, _app: web.Application) -> None:
        self.changes.stop()
        self._pool.shutdown(wait=True)
        for connection in self._connections:
            connection.close()

    # --- GraphQL
    # ---------------------------------------------------------------------------------------------------------

    async def _classify(self, request: web.Request) -> list[str] | None:
        """Names the root fields asked for, so that faults and statistics know them."""
        if request.path != "/api/graphql" or request.method != "POST":
            return None
        try:
            query = json.loads(await request.read())["query"]
        except (KeyError, TypeError, ValueError):
            return None
        if not isinstance(query, str):
            return None
        document = await self._in_thread(self.engine.document, query)
        return document.root_names() or None

    async def _graphql(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        if request.method != "POST":
            return web.json_response({"message": "Use POST."}, status=405, headers={"Allow": "POST"})
        if request.content_type != "application/json":
            return web.json_response({"message": "The Content-Type must be application/json."}, status=415)
        try:
            body = json.loads(await request.read())
        except ValueError:
            return web.json_response({"message": "The body is not JSON."}, status=400)
        problem = _wrong_body(body)
        if problem:
            return web.json_response({"message": problem}, status=400)
        answer = await self._in_thread(self._answer, body["query"], body.get("variables"), body.get("operationName"))
        return web.Response(body=answer, content_type="application/json", charset="utf-8")

    def _answer(self, query: str, variables: Mapping[str, Any] | None, operation_name: str | None) -> bytes:
        settings = self.settings
        with self._reading() as connection:
            context = Request(
                connection=connection,
                limits=settings.limits,
                denied_roots=settings.denied_roots,
                broken_rows=settings.broken_rows,
            )
            return self.engine.answer(query, variables, operation_name, context)

    # --- files
    # -----------------------------------------------------------------------------------------------------------

    async def _file(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        number = request.match_info["id"]
        found = await self._in_thread(self._read_file, int(number)) if number.isascii() and number.isdigit() else None
        if found is None:
            return web.json_response({"message": "File not found."}, status=404)
        content, name, mime_type = found
        response = _file_response(content, request, heeds_range=self.settings.file_ranges)
        response.headers["Content-Type"] = mime_type or "application/octet-stream"
        safe = (name or f"file-{number}").encode("ascii", "replace").decode().replace('"', "'")
        response.headers["Content-Disposition"] = f'attachment; filename="{safe}"'
        return response

    def _read_file(self, number: int) -> tuple[bytes, str | None, str | None] | None:
        sql = (
            'SELECT c.content, f.filename, f.mime_type FROM "File" f'
            ' JOIN "_file_content" c ON c.file_id = f.id WHERE f.id = ?'
        )
        with self._reading() as connection:
            row: tuple[bytes, str | None, str | None] | None = connection.execute(sql, (number,)).fetchone()
        return row

    # --- shared
    # ------------------------------------------------------------------------------------------------------------

    def _refused(self, request: web.Request) -> web.Response | None:
        """The answer to a wrong token or to one request too many."""
        settings = self.settings
        if request.headers.get("Authorization") != f"Bearer {settings.token}":
            return web.json_response(dict(settings.unauthorized_body), status=settings.unauthorized_status)
        if not self._rate.allows(settings.rate_limit, settings.rate_window_seconds):
            return _too_many(settings.rate_limit)
        return None

    def _error_response(self, kind: str, status: int, _request: web.Request) -> web.StreamResponse:
        settings = self.settings
        if kind == "expired_token":
            return web.json_response(dict(settings.unauthorized_body), status=status)
        if status == 429:
            return _too_many(settings.rate_limit or 400)
        return web.json_response({"message": "Server Error"}, status=status)

    async def _in_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)

    @contextlib.contextmanager
    def _reading(self) -> Any:
        """This thread's connection, inside one read transaction."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = open_database(self.database, read_only=True)
            functions.register(connection)
            self._local.connection = connection
            self._connections.append(connection)
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")

    # --- control
    # -----------------------------------------------------------------------------------------------------------

    async def _get_settings(self, _request: web.Request) -> web.Response:
        return web.json_response(settings_json(self.settings))

    async def _put_settings(self, request: web.Request) -> web.Response:
        """Change some settings: ``{"rate_limit": 100, "broken_rows": {"Account": [3]}}``."""
        try:
            self.settings = changed(self.settings, json.loads(await request.read()))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            return web.json_response({"message": f"Settings not understood: {error}"}, status=422)
        return web.json_response(settings_json(self.settings))

    async def _get_changes(self, _request: web.Request) -> web.Response:
        """What live change did, oldest first: ``[{"kind", "type", "id"}]``."""
        return web.json_response(self.changes.journal())


@web.middleware
async def _server_errors(request: web.Request, handler: Any) -> web.StreamResponse:
    """A crash of the sandbox itself answers 500 as JSON and shows its traceback on stderr."""
    try:
        response: web.StreamResponse = await handler(request)
    except web.HTTPException:
        raise
    except Exception as error:
        request.app.logger.exception("The Sonar sandbox failed")
        return web.json_response({"message": "Server Error", "exception": repr(error)}, status=500)
    return response


async def _not_found(_request: web.Request) -> web.Response:
    return web.Response(status=404, text=_NOT_FOUND, content_type="text/html")


def _too_many(limit: int) -> web.Response:
    # `error`, not `errors` (research/sonar-api.md "Rate limit").
    return web.json_response({"error": f"Request limit of {limit}/min reached."}, status=429)


def _file_response(content: bytes, request: web.Request, *, heeds_range: bool) -> web.Response:
    """All of it, or the part that ``Range`` asks for (RFC 9110 §14.2; a header that makes no sense is ignored)."""
    if not heeds_range or "Range" not in request.headers:
        return web.Response(body=content)
    try:
        asked = request.http_range
    except ValueError:
        return web.Response(body=content)
    begin, end, _ = asked.indices(len(content))
    if begin >= end:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{len(content)}"})
    headers = {"Content-Range": f"bytes {begin}-{end - 1}/{len(content)}"}
    return web.Response(status=206, body=content[begin:end], headers=headers)


def _wrong_body(body: Any) -> str | None:
    """What is wrong with a GraphQL request body, or None."""
    if not isinstance(body, dict):
        return "The body must be a JSON object."
    if not isinstance(body.get("query"), str) or not body["query"].strip():
        return "The body must have a query."
    if not isinstance(body.get("variables"), (dict, type(None))):
        return "The variables must be an object."
    if not isinstance(body.get("operationName"), (str, type(None))):
        return "The operationName must be a string."
    return None


def make_app(database: Path | str, settings: Settings | None = None, *, threads: int = 4) -> web.Application:
    """The aiohttp application over a store file that exists."""
    path = Path(database)
    if not path.is_file():
        raise FileNotFoundError(f"No Sonar database at {path}: generate one first.")
    return _Sonar(path, settings or Settings(), threads).app()


class SonarServer:
    """A Sonar on loopback, in a thread of this process::

    with SonarServer(database=path, token="secret") as server:
        requests.post(f"{server.url}/api/graphql", …)
    """

    def __init__(
        self,
        database: Path | str,
        *,
        token: str = DEFAULT_TOKEN,
        host: str = "127.0.0.1",
        port: int = 0,
        latency_ms: float = 0.0,
        rate_limit: int = 0,
        rate_window_seconds: float = 60.0,
        default_page_size: int = 100,
        nested_page_size: int = 25,
        window: int = 10_000,
        window_mode: WindowMode = "error",
        largest_page: int = 10_000,
        denied_roots: Sequence[str] = (),
        broken_rows: Mapping[str, Sequence[int]] | None = None,
        unauthorized_status: int = 401,
        unauthorized_body: Mapping[str, Any] | None = None,
        changes_per_second: float = 0.0,
        threads: int = 4,
    ) -> None:
        self.token = token
        self.database = Path(database)
        settings = Settings(
            token=token,
            latency_ms=latency_ms,
            rate_limit=rate_limit,
            rate_window_seconds=rate_window_seconds,
            limits=Limits(default_page_size, nested_page_size, window, window_mode, largest_page),
            denied_roots=frozenset(denied_roots),
            broken_rows={name: frozenset(ids) for name, ids in (broken_rows or {}).items()},
            unauthorized_status=unauthorized_status,
            unauthorized_body=unauthorized_body or {"message": "Unauthenticated."},
            changes_per_second=changes_per_second,
        )
        self._host, self._port = host, port
        self._app = make_app(self.database, settings, threads=threads)
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._finish: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="sonar-server", daemon=True)
        self.url = ""

    def __enter__(self) -> SonarServer:
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._finish is not None:
            self._loop.call_soon_threadsafe(self._finish.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001  (handed to the thread that waits for the server)
            self._failure = error
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._finish = asyncio.get_running_loop(), asyncio.Event()
        runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
            self.url = f"http://{self._host}:{runner.addresses[0][1]}"
            self._ready.set()
            await self._finish.wait()
        finally:
            await runner.cleanup()
