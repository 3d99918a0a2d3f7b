"""A service made for looking at the ground floor: doors and reactions of its own on finance's real database."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy import Integer, Table, Text

from shared.bus import Outgoing
from shared.bus.postgres import PostgresPublisher
from shared.data.sql import execute, fetch, sql
from shared.doors.http import IdempotencyKey, Reading, Transaction, by, once
from shared.events.envelope import Envelope, Payload
from shared.events.registry import HouseholdRegistered
from shared.facts.consumer import Reaction
from shared.ground.context import Act
from shared.serve.run import build_app
from shared.serve.service import Service
from shared.values.ids import uuid7
from tests.conftest import Door, House

TABLE = """
CREATE TABLE probe (n integer NOT NULL, subject text NOT NULL, UNIQUE (n) DEFERRABLE INITIALLY DEFERRED);
GRANT ALL ON probe TO finance_app, system;
"""
PROBE = sql("INSERT INTO probe (n, subject) VALUES (:n, :subject)", n=Integer, subject=Text)
SEEN = sql("SELECT count(*) AS n, max(current_setting('app.area', true)) AS area FROM household")
MOVE = sql("UPDATE household SET status = 'exited' WHERE division = :division", division=Text)
BROKEN = sql("SELECT 1 / 0")
County = Annotated[Act, by("county", "helper", "village", "township", "auditor", "subscriber")]


@dataclass
class Probe:
    """The doors under `/finance/v1/probe`, and gates that hold an effect until a test lets it go."""

    began: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    fail: bool = False

    def router(self) -> APIRouter:
        doors = APIRouter(prefix="/probe")

        @doors.post("/twice")
        async def twice(connection: Transaction, act: County) -> dict[str, int]:
            """What only the commit refuses: the constraint is deferred."""
            for _ in range(2):
                await execute(connection, PROBE, rows=1, n=1, subject=act.subject)
            return {"written": 2}

        @doors.post("/swallowed")
        async def swallowed(connection: Transaction, act: County) -> dict[str, int]:
            """An error of the database is caught without a savepoint, and the door goes on."""
            await execute(connection, PROBE, rows=1, n=2, subject=act.subject)
            with contextlib.suppress(asyncpg.PostgresError):
                await fetch(connection, BROKEN)
            return {"written": 1}

        @doors.post("/once")
        async def only_once(
            request: Request, connection: Transaction, act: County, body: dict[str, int], key: IdempotencyKey = ""
        ) -> JSONResponse:
            async def effect() -> dict[str, Any]:
                await execute(connection, PROBE, rows=1, n=body["n"], subject=act.subject)
                self.began.set()
                await self.gate.wait()
                if self.fail:
                    raise ValueError("no")
                return {"n": body["n"], "by": {"z": 1, "a": [{"y": 2, "b": 3}]}}

            return await once(request, connection, act, key, effect, 201)

        @doors.get("/seen")
        async def seen(connection: Transaction, act: County) -> dict[str, Any]:
            return dict((await fetch(connection, SEEN))[0])

        @doors.get("/read")
        async def read(connection: Reading, act: County, *, write: bool = False) -> dict[str, Any]:
            if write:
                await execute(connection, PROBE, rows=1, n=4, subject=act.subject)
            return dict((await fetch(connection, SEEN))[0])

        @doors.post("/moved/{division}")
        async def moved(division: str, connection: Transaction, act: County) -> None:
            await execute(connection, PROBE, rows=1, n=3, subject=act.subject)
            await execute(connection, MOVE, rows=1, division=division)

        return doors


@dataclass(frozen=True)
class Ground:
    house: House
    probe: Probe

    async def serve(
        self, reactions: Mapping[str, Reaction] | None = None, role: str = "all", follows: Sequence[Table] = (),
        **changes: Any,
    ) -> Door:  # fmt: skip
        service = Service("finance", Path(__file__).parent, (self.probe.router(),), reactions or {}, follows)
        app = build_app(service, await self.house.settings("finance", **changes), role)
        await self.house.stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://finance")
        return Door(await self.house.stack.enter_async_context(client), self.house.keys, app)

    async def publish(self, *events: tuple[Payload, int] | tuple[Payload, int, str], source: str = "registry") -> None:
        """As the registry's relay would: (payload, sequence), with a spoilt value where a test wants poison."""
        url = self.house.cluster.url("registry_app", await self.house.database("bus"))
        publisher = await PostgresPublisher.lead(url)
        rows = []
        for number, (payload, sequence, *spoilt) in enumerate(events):
            envelope = Envelope(
                id=str(uuid7()), type=payload.TYPE, source=source, topic=payload.TOPIC, key=payload.key, epoch=1,
                sequence=sequence, time="2026-11-20T08:00:00+00:00", business_date="2017-06-01", actor="test",
                correlation_id=str(uuid7()), causation_id="", data=spoilt[0] if spoilt else payload.model_dump_json(),
            )  # fmt: skip
            rows.append(Outgoing(number, payload.TOPIC, payload.key, envelope.headers(), envelope.data))
        await publisher.publish(rows)
        await publisher.close()

    async def rows(self, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.house.rows("finance", query, *arguments)]

    async def until(self, query: str, expected: Sequence[tuple[Any, ...]], seconds: float = 20) -> None:
        """Wait until a query answers what is expected; the last answer is shown where it never does."""
        answer: list[tuple[Any, ...]] = []
        owner = await self.house.owner("finance")

        async def as_expected() -> bool:
            nonlocal answer
            answer = [tuple(row) for row in await owner.fetch(query)]
            return answer == list(expected)

        try:
            await self.house.settled(as_expected, seconds)
        except TimeoutError:
            raise AssertionError(f"{query}: {answer} is not {list(expected)}") from None


def registered(household_id: UUID, members: int = 3, division: str = "140927200201") -> HouseholdRegistered:
    return HouseholdRegistered(
        household_id=household_id, division=division, status="poor", members=members, has_labour=True,
        borrower_age_ok=True, needs_accessible=False, deep_poverty=False, relocated=False,
    )  # fmt: skip


@pytest.fixture
async def ground(house: House) -> Ground:
    owner = await house.owner("finance")
    await owner.execute(TABLE)
    return Ground(house, Probe())
