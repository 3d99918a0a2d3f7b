"""Doors for those who keep a service running: health, readiness, metrics, status, parked keys, replay."""

from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

from shared.acts.bodies import Cursor, Input, NumberCursor, Page, page
from shared.acts.decisions import DecisionHeld, DecisionShown, decisions_shown, list_decisions, list_held, replay_all
from shared.bus import OffsetLostError
from shared.bus.topics import TOPICS
from shared.bus.transport import open_reader
from shared.data import db, pages
from shared.data.pages import fetch_page
from shared.data.relations import Big, table
from shared.data.sql import execute, fetch, fetch_one, sql
from shared.doors.http import OF_HOUSEHOLDS, Paging, Reading, Transaction, by
from shared.facts import steps
from shared.facts.consumer import ServiceConsumer
from shared.facts.steps import StaleError
from shared.ground.context import Act
from shared.ground.problems import Problem
from shared.process import metrics
from shared.serve.service import Service
from shared.values.inputs import INT32_MAX, LARGEST, Text

log = structlog.get_logger()


class Audit(NamedTuple):
    id: Big
    at: datetime
    subject: str
    role: str
    relation: str
    operation: Literal["INSERT", "UPDATE", "DELETE"]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class AuditShown(BaseModel):
    """One write to one row."""

    id: int
    at: datetime
    subject: str
    role: str
    relation: str
    operation: Literal["INSERT", "UPDATE", "DELETE"]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Status(BaseModel):
    """How far behind a service is: what it has not published yet, what it has not read yet, and what stands still."""

    service: str
    outbox_rows: int
    outbox_age_seconds: float
    emitted: int
    lag: dict[str, int]
    parked_keys: int


class Flow(BaseModel):
    """How many facts, by topic."""

    emitted: dict[str, int]
    published: dict[str, int]
    applied: dict[str, int]


class ParkedShown(BaseModel):
    """A key whose next event could not be applied; `waits_for` names what would have to come first."""

    consumer: str
    topic: str
    key: str
    reason: str
    waits_for: str | None
    released: bool
    parked_at: datetime


class DecisionsReplayed(BaseModel):
    """How many decisions were taken again, and those that came out otherwise: a hundred of them, and how many."""

    replayed: int
    different: list[UUID]
    different_count: int


_AUDIT = pages.page(table("audit", Audit), "subject", "relation")

_OUTBOX = sql("""
    SELECT count(*) AS rows, coalesce(extract(epoch FROM clock_timestamp() - min(emitted_at)), 0)::float8 AS age,
    coalesce(greatest(max(id), (SELECT max(id) FROM outbox_sent)), 0) AS emitted,
    (SELECT count(*) FROM parked_key) AS parked FROM outbox
""")
_PARKED = sql("""
    SELECT consumer, topic, key, reason, waits_for, released, parked_at FROM parked_key ORDER BY parked_at LIMIT 1000
""")
_COUNTS = sql("""
    SELECT (SELECT jsonb_object_agg(topic, n) FROM (SELECT topic, sum(sequence) AS n FROM aggregate
    GROUP BY topic) a) AS emitted, (SELECT jsonb_object_agg(topic, n) FROM (SELECT topic, count(*) AS n
    FROM outbox_sent GROUP BY topic) s) AS published, (SELECT jsonb_object_agg(topic, n) FROM
    (SELECT topic, sum(last_sequence) AS n FROM applied GROUP BY topic) p) AS applied
""")
_RELEASE = sql("UPDATE parked_key SET released = :released WHERE topic = :topic AND key = :key")


async def status(app: Any, service: Service) -> dict[str, Any]:
    """How far behind everything is: whoever sees no lag has, in `emitted`, all that came of what was read."""
    lag = await app.state.consumer.lag() if app.state.consumer else {}
    async with db.transaction(app.state.pool, db.system_caller(service.name)) as connection:
        outbox = await fetch_one(connection, _OUTBOX)
    assert outbox is not None
    metrics.OUTBOX_ROWS.labels(service.name).set(outbox["rows"])
    metrics.OUTBOX_AGE.labels(service.name).set(outbox["age"])
    metrics.PARKED.labels(service.name).set(outbox["parked"])
    return {
        "service": service.name,
        "outbox_rows": outbox["rows"],
        "outbox_age_seconds": outbox["age"],
        "emitted": outbox["emitted"],
        "lag": lag,
        "parked_keys": outbox["parked"],
    }


def bare_router(service: Service) -> APIRouter:
    """For probes, which ask without a token; not routed by the gateway."""
    router = APIRouter(include_in_schema=False)

    @router.get("/health")
    async def health() -> dict[str, str]:
        return {"service": service.name, "status": "alive"}

    @router.get("/ready")
    async def ready(request: Request) -> JSONResponse:
        try:
            async with request.app.state.pool.acquire(timeout=2) as connection:
                await connection.fetchval("SELECT 1")
        except db.TRANSIENT:
            return JSONResponse({"service": service.name, "status": "no database"}, 503)
        return JSONResponse({"service": service.name, "status": "ready"})

    return router


def inner_router(service: Service) -> APIRouter:
    """For scrapers and whoever runs it, without a token and without personal data: never on a public port, for each
    question costs two of the database.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/status")
    async def show_status(request: Request) -> dict[str, Any]:
        return await status(request.app, service)

    @router.get("/metrics")
    async def show_metrics(request: Request) -> PlainTextResponse:
        await status(request.app, service)
        return PlainTextResponse(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


Topic = Annotated[str, Field(min_length=1, max_length=100)]


class ParkedKey(Input):
    """Names a parked key; `drop` gives up its first event for good and needs a reason."""

    topic: Topic
    key: str = Field(min_length=1, max_length=200)
    drop: bool = False
    reason: Text = Field(default="", max_length=500)


class PassedRecord(Input):
    """Names a record by its place in the log."""

    topic: Topic
    partition: int = Field(ge=0, le=INT32_MAX)
    offset: int = Field(ge=0, le=LARGEST)
    reason: Text = Field(min_length=1, max_length=500)


class RewoundTopic(Input):
    topic: Topic


def _consumer(request: Request) -> ServiceConsumer:
    found: ServiceConsumer | None = request.app.state.consumer
    if found is None:
        raise Problem("shared.not_found")
    return found


def router(service: Service) -> APIRouter:
    """For the county's office, behind the gateway."""
    doors = APIRouter(tags=["operations"])
    _let_look(doors, service)

    @doors.post("/operations/parked", status_code=204)
    async def release(
        request: Request, body: ParkedKey, connection: Transaction, act: Annotated[Act, by("county")]
    ) -> None:
        """Let a parked key go on, or drop its first event."""
        if body.drop:
            await steps.drop_one(_consumer(request), (body.topic, body.key), body.reason, act.subject)
        if not await execute(connection, _RELEASE, rows=None, released=True, topic=body.topic, key=body.key):
            raise Problem("shared.not_found")

    @doors.post("/operations/passed", status_code=204)
    async def pass_over(request: Request, body: PassedRecord, act: Annotated[Act, by("county")]) -> None:
        """Give up one record that nobody can read, where its partition has stopped at it."""
        looked_for, place = _consumer(request), (body.topic, body.partition)
        looker = open_reader(request.app.state.settings, [body.topic] if body.topic in TOPICS else [])
        try:
            await looked_for.pass_over(looker, place, body.offset, body.reason, act.subject)
        except (StaleError, OffsetLostError) as error:
            raise Problem("shared.not_found") from error
        finally:
            await looker.close()

    @doors.post("/operations/rewound", status_code=204)
    async def rewind(request: Request, body: RewoundTopic, act: Annotated[Act, by("county")]) -> None:
        """Read a topic again from its beginning, after it was lost and published anew."""
        if not await _consumer(request).rewind(body.topic):
            raise Problem("shared.not_found")
        log.warning("rewound", consumer=service.name, topic=body.topic, by=act.subject)

    return doors


def _let_look(doors: APIRouter, service: Service) -> None:
    """Doors that change nothing."""

    @doors.get("/operations/status", dependencies=[by("county", "auditor")])
    async def lagging(request: Request) -> Status:
        """How far behind everything is here; a cheap question, where `flow` counts all that ever was."""
        return Status(**await status(request.app, service))

    @doors.get("/operations/flow", dependencies=[by("county", "auditor")])
    async def flow(connection: Reading) -> Flow:
        """Facts emitted, published and applied here, per topic; equal when everything has come to rest."""
        row = await fetch_one(connection, _COUNTS)
        assert row is not None
        return Flow(**{name: row[name] or {} for name in ("emitted", "published", "applied")})

    @doors.get("/operations/parked", dependencies=[by("county", "auditor")])
    async def parked(connection: Reading) -> list[ParkedShown]:
        """Keys whose next event could not be applied, and why; what else there is of them waits behind it."""
        return [ParkedShown(**r) for r in await fetch(connection, _PARKED)]

    @doors.get("/operations/replay", dependencies=[by("county", "auditor")])
    async def replay(connection: Reading) -> DecisionsReplayed:
        """Decide every stored decision again from its stored inputs."""
        return DecisionsReplayed(**await replay_all(connection, service.rules))

    @doors.get("/operations/decisions", dependencies=[by("county", "auditor")])
    async def held(connection: Paging, at: Cursor) -> Page[DecisionHeld]:
        """Every decision of this service with all that it was made of, by id: for who takes them all again."""
        return page(DecisionHeld, await list_held(connection, at), at)

    @doors.get("/audit", dependencies=[by("auditor")])
    async def audit(
        connection: Paging,
        at: NumberCursor,
        subject: Annotated[str | None, Query(max_length=200)] = None,
        relation: Annotated[str | None, Query(max_length=63)] = None,
    ) -> Page[AuditShown]:
        """Every write: who, in which role, to which table, the row before and after; what is sealed stays sealed."""
        return page(AuditShown, await fetch_page(connection, _AUDIT, at, subject=subject, relation=relation), at)

    @doors.get("/decisions", dependencies=[OF_HOUSEHOLDS])
    async def decisions(
        subject_id: Annotated[str, Query(min_length=1, max_length=200)], connection: Reading
    ) -> list[DecisionShown]:
        """Why: every decision about a subject, with the figures it was made by and where its rule comes from."""
        return decisions_shown(await list_decisions(connection, subject_id), service.rules)
