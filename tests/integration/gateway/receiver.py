"""What stands outside the gateway in these tests: the registry's facts on their way, and a subscriber's receiver."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
from aiohttp import web

from gateway.service import SERVICE
from shared.bus.transport import open_bus
from shared.data import db
from shared.events import Payload
from shared.events.registry import HouseholdExited, VillageExited
from shared.facts.outbox import emit
from shared.facts.relay import run_relay
from shared.ground.context import Act, Caller
from shared.serve.run import build_app
from tests.conftest import Door, House

VILLAGE = "140927200201"
ARCHIVE = "county-archive"
ON_LOOPBACK: dict[str, Any] = {"internal_subscribers": {ARCHIVE: "127.0.0.0/8", "second": "127.0.0.0/8"}}

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def exit_of(household_id: UUID) -> HouseholdExited:
    return HouseholdExited(
        household_id=household_id, division=VILLAGE, exit_id=uuid4(), members=3, exited_on=date(2017, 11, 20),
        decision_id=uuid4(),
    )  # fmt: skip


def village_exit(division: str = VILLAGE) -> VillageExited:
    return VillageExited(
        division=division, exited_on=date(2017, 12, 1), poor_people=3, rural_people=300, decision_id=uuid4()
    )


@dataclass
class Registry:
    """Emits as the registry does; its relay runs."""

    pool: db.Pool

    @classmethod
    async def open(cls, house: House) -> "Registry":
        settings = await house.settings("registry")
        pool = await db.open_pool(settings.database_url, 2)
        house.stack.push_async_callback(pool.close)
        relay = asyncio.create_task(
            run_relay(settings.database_url, open_bus(settings, "registry", []).lead, "registry")
        )

        async def stop() -> None:
            relay.cancel()
            await asyncio.gather(relay, return_exceptions=True)

        house.stack.push_async_callback(stop)
        return cls(pool)

    async def announce(self, facts: Sequence[Payload]) -> None:
        act = Act(Caller("county-officer", "county", "140927"), date(2017, 11, 20), traceparent=TRACE)
        async with db.transaction(self.pool, act.caller) as connection:
            await emit(connection, act, "registry", facts)


async def serve_gateway(house: House, *, sending: bool = False, **changes: Any) -> Door:
    """The gateway; without `sending` nothing goes out but by the test's own steps."""
    service = SERVICE if sending else replace(SERVICE, background=())
    app = build_app(service, await house.settings("gateway", **(ON_LOOPBACK | changes)))
    await house.stack.enter_async_context(app.router.lifespan_context(app))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    client = await house.stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://gateway"))
    return Door(client, house.keys, app)


async def published(house: House, count: int) -> None:
    """Wait until the feed has that many facts."""

    owner = await house.owner("gateway")

    async def there() -> bool:
        return bool(await owner.fetchval("SELECT count(*) FROM exit_fact") >= count)

    await house.settled(there)


@dataclass
class Receiver:
    """A subscriber's server on loopback. `answer` gives a status for an event, or None to never answer."""

    answer: Callable[[dict[str, Any]], int | None] = lambda _: 200
    seen: list[tuple[dict[str, str], str]] = field(default_factory=list)
    url: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def open(cls, house: House, **settings: Any) -> "Receiver":
        receiver = cls(**settings)
        closing = asyncio.Event()

        async def take(request: web.Request) -> web.Response:
            text = await request.text()
            receiver.seen.append((dict(request.headers), text))
            status = receiver.answer(json.loads(text))
            if status is None:
                await closing.wait()
            return web.Response(status=status or 200, headers=receiver.headers)

        app = web.Application()
        app.router.add_post("/hook", take)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()

        async def stop() -> None:
            closing.set()
            await runner.cleanup()

        house.stack.push_async_callback(stop)
        port = runner.addresses[0][1]
        receiver.url = f"http://127.0.0.1:{port}/hook"
        return receiver

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(text) for _, text in self.seen]

    def exits(self, household_id: UUID) -> list[str]:
        """The exit ids of a household, in the order of arrival."""
        return [e["data"]["exit_id"] for e in self.events if e["partitionkey"] == str(household_id)]
