"""Run a service: `python -m services NAME --role all|api|worker`, or `migrate`, `republish`, `new-epoch`."""

import asyncio
import gc
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from functools import cache, partial
from typing import Any

import structlog
import typer
import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.acts import policy_in_force
from shared.acts.rounds import in_rounds
from shared.bus.transport import open_bus
from shared.data import db
from shared.data.crypto import read_data_keys
from shared.data.migrate import migrate
from shared.data.sql import execute, sql
from shared.doors.contract import describe
from shared.doors.doorstep import Doorstep
from shared.doors.front import Front
from shared.doors.http import install_handlers
from shared.doors.json_bodies import read_bodies_strictly
from shared.doors.keys import issuer_keys
from shared.doors.methods import Methods
from shared.doors.parameters import KNOWN_PARAMETERS
from shared.doors.preconditions import Tags
from shared.doors.protocol import guarded
from shared.doors.targets import CleanTarget
from shared.facts.consumer import ServiceConsumer
from shared.facts.relay import run_relay
from shared.ground.policy import read_policy
from shared.process import logs, metrics
from shared.process.settings import Settings
from shared.process.watchdog import Watchdog
from shared.serve import operations, papers, policies, policy_changes, rounds, tasks
from shared.serve.service import Service
from shared.serve.watch import watch

log = structlog.get_logger()
STARTS_WITHIN_SECONDS = 30
COLLECT_AFTER = 20_000
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
# Answers that gzip makes no smaller, or whose pieces must not wait for each other.
PACKED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
# What a page of a named origin may send and read.
CORS: dict[str, Any] = {
    "allow_methods": sorted(METHODS),
    "allow_headers": ["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "traceparent"],
    "expose_headers": ["Link", "ETag", "Retry-After", "X-Correlation-Id", "Content-Language", "WWW-Authenticate"],
}

_REPUBLISH = sql("""
    WITH again AS (DELETE FROM outbox_sent WHERE :topic = '' OR topic = :topic
    RETURNING id, topic, key, headers, value, emitted_at)
    INSERT INTO outbox (id, topic, key, headers, value, emitted_at)
    OVERRIDING SYSTEM VALUE SELECT * FROM again
""")


def build_app(service: Service, settings: Settings, role: str = "all") -> FastAPI:
    """The application of a service: its doors for `api`, relay, consumer and background for `worker`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _pools(app, settings):
            bus = open_bus(settings, service.name, service.topics)
            watchdog = app.state.watchdog
            if service.topics:
                app.state.consumer = ServiceConsumer(
                    service.name, app.state.pool, bus.reader, service.topics, service.reactions
                )
            if app.state.founding:
                await policy_in_force.follow(app)
            tasks: list[asyncio.Task[Any]] = [asyncio.create_task(watch(app))]
            try:
                async with service.lifespan(app) if service.lifespan else nullcontext(), _inner_doors(app, role):
                    if role != "api":
                        relay_beat, consumer_beat = (partial(watchdog.beat, name) for name in ("relay", "consumer"))
                        relay = run_relay(settings.database_url, bus.lead, service.name, relay_beat)
                        tasks.append(asyncio.create_task(relay))
                        tasks += [asyncio.create_task(work(app)) for work in service.background]
                        if app.state.consumer:
                            tasks.append(asyncio.create_task(app.state.consumer.run(consumer_beat)))
                        watchdog.start()
                    try:
                        yield
                    finally:
                        await _end(tasks)
            finally:
                watchdog.stop()
                await bus.reader.close()

    # The gateway's own `/openapi.json` is of all houses together.
    contract = None if service.prefix == "" else "/openapi.json"
    app = FastAPI(
        lifespan=lifespan,
        openapi_url=contract,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[KNOWN_PARAMETERS],
    )
    app.state.settings = settings
    app.state.service = service
    app.state.consumer, app.state.founding = None, None
    app.state.watchdog = Watchdog()
    app.state.keys = issuer_keys(settings)
    app.state.verified, app.state.revoked = {}, {}
    if settings.data_key_file.exists():
        app.state.data_keys = read_data_keys(settings.data_key_file)
    policy_file = service.folder / "policy.toml"
    if policy_file.exists():
        app.state.policy = app.state.founding = read_policy(policy_file, service.policies)
    app.include_router(operations.bare_router(service))
    if not _is_public(service, role):
        app.include_router(operations.inner_router(service))
    open_doors(app, service, role)
    _stand_before(app, service, settings, role)
    return app


def _stand_before(app: FastAPI, service: Service, settings: Settings, role: str) -> None:
    """What every request goes through on its way in, the innermost first."""
    # Inside of the gateway's proxy, whose routes have bounds of their own.
    app.add_middleware(Doorstep, largest_bytes=service.largest_body_bytes)
    if role != "worker":
        for middleware in reversed(service.middleware):
            app.add_middleware(middleware)
    install_handlers(app)
    read_bodies_strictly()
    app.add_middleware(Front, https=settings.profile == "county")
    if settings.cors_origins:
        app.add_middleware(CORSMiddleware, allow_origins=settings.cors_origins, **CORS)
    app.add_middleware(Measure, service=service.name)


def listening(app: FastAPI, host: str, port: int) -> uvicorn.Config:
    """How an application of this house is served. Behind the gateway all connections are its own, and not counted."""
    public = _is_public(app.state.service)
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http=guarded(app.state.settings.connections_per_address if public else 0),
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=3,
        backlog=512,
        proxy_headers=False,
    )


def open_doors(app: FastAPI, service: Service, role: str = "all") -> None:
    """Those that callers know, and the document that says what they are: `GET /openapi.json` of a service."""
    app.router.routes.extend(_doors(service, role))
    app.add_middleware(Tags)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5, exclude_content_types=PACKED)
    app.add_middleware(Methods)
    app.add_middleware(CleanTarget)
    told = partial(_document, service, role)
    app.openapi = told  # type: ignore[method-assign] # its own way to be told otherwise


@cache
def _doors(service: Service, role: str) -> Sequence[BaseRoute]:
    """Made once a process, whatever shows them: what each asks for the framework finds out at its first call."""
    prefix = f"/{service.name}/v1" if service.prefix is None else service.prefix
    doors = APIRouter(dependencies=[KNOWN_PARAMETERS])
    doors.include_router(operations.router(service), prefix=f"/{service.name}/v1")
    if role != "worker":
        for router in (*(_common_doors(service) if prefix else ()), *service.routers):
            doors.include_router(router, prefix=prefix)
    return doors.routes


@cache
def _document(service: Service, role: str) -> dict[str, Any]:
    return describe(service.name, service.folder, _doors(service, role), service.webhooks)


def _is_public(service: Service, role: str = "all") -> bool:
    """Whether strangers reach its port: the gateway's, but not that of its worker."""
    return service.prefix == "" and role != "worker"


class _Beside(uvicorn.Server):
    """A second server of a process, whose signals are the first one's."""

    def capture_signals(self) -> Any:
        return nullcontext()


@asynccontextmanager
async def _inner_doors(app: FastAPI, role: str) -> AsyncIterator[None]:
    """Metrics and status of what stands on a public port, on a port of their own."""
    settings, service = app.state.settings, app.state.service
    if not settings.ops_port or not _is_public(service, role):
        yield
        return
    inner = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    inner.state = app.state
    inner.include_router(operations.inner_router(service))
    for layer in (Methods, CleanTarget):
        inner.add_middleware(layer)
    _stand_before(inner, service, settings, "worker")
    config = listening(inner, settings.host, settings.ops_port)
    config.lifespan = "off"
    server = _Beside(config)
    serving = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def _pools(app: FastAPI, settings: Settings) -> AsyncIterator[None]:
    """One whose connections act, one whose connections read."""
    url, size = settings.database_url, settings.pool_size
    app.state.pool = await db.open_pool(url, size, STARTS_WITHIN_SECONDS)
    app.state.readers = await db.open_pool(url, size, reads=True)
    try:
        yield
    finally:
        for pool in (app.state.readers, app.state.pool):
            await asyncio.wait_for(pool.close(), 5)


def _common_doors(service: Service) -> list[APIRouter]:
    """Those that every service has, by its policy and the tables of its procedures."""
    led_in_rounds = any(in_rounds(procedure.case) for procedure in service.procedures)
    return [
        policies.router(service),
        policy_changes.router(service),
        tasks.router(service),
        *([rounds.router(service)] if led_in_rounds else []),
        *([papers.router(service)] if service.parties else []),
    ]


async def _end(tasks: list[asyncio.Task[Any]]) -> None:
    """Cancel until they are done: Python 3.11's `wait_for` may lose a cancellation that meets its result."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=1)


class Measure:
    """Times every request. Plain ASGI: the framework's own wrapper starts a task and two queues for each."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            route = getattr(scope.get("route"), "path", "-")
            metrics.REQUESTS.labels(self.service, method, route, status).observe(time.perf_counter() - begun)


async def _republish(service: Service, settings: Settings, topic: str) -> int:
    pool = await db.open_pool(settings.database_url, 1)
    async with db.transaction(pool, db.system_caller(service.name)) as connection:
        count = await execute(connection, _REPUBLISH, rows=None, topic=topic)
    await pool.close()
    return count


def collect_rarely() -> None:
    """What stands now stands for good: the collector goes over what requests leave behind, and less often."""
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


def command_line(find: Callable[[str], Service]) -> typer.Typer:
    """The command line of `python -m services` and `python -m gateway`."""
    cli = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

    @cli.command()
    def serve(name: str, role: str = "all") -> None:
        """Serve until a signal."""
        settings = Settings()
        logs.configure(settings.log_level)
        app = build_app(find(name), settings, role)
        collect_rarely()
        server = uvicorn.Server(listening(app, settings.host, settings.port))
        server.run()
        if not server.started:
            sys.exit("the service did not start")

    @cli.command("migrate")
    def run_migrate(name: str) -> None:
        """Bring the service's database to the newest revision."""
        asyncio.run(migrate(Settings().owner_url, find(name).migrations))

    @cli.command()
    def republish(name: str, topic: str = "") -> None:
        """Send again what was sent; consumers know it by its sequences."""
        print(asyncio.run(_republish(find(name), Settings(), topic)))  # noqa: T201 - a command's answer

    @cli.command("new-epoch")
    def begin_epoch(name: str, at_least: int = 0, log_anew: bool = False) -> None:
        """After the service's database was restored, before it is opened: what the log holds is reconciled with it."""
        from shared.facts.epochs import EpochError, new_epoch

        try:
            report = asyncio.run(new_epoch(find(name).name, Settings(), at_least=at_least, log_anew=log_anew))
        except EpochError as error:
            sys.exit(str(error))
        print(json.dumps(report, indent=1))  # noqa: T201 - a command's answer

    return cli


def main(find: Callable[[str], Service], arguments: list[str]) -> None:
    """`NAME [--role R]`, `NAME migrate`, `NAME republish [--topic T]`, `NAME new-epoch [--log-anew]`."""
    name, *rest = arguments
    command = rest.pop(0) if rest and rest[0] in ("migrate", "republish", "new-epoch") else "serve"
    command_line(find)([command, name, *rest])
