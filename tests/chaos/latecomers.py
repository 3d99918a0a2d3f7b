"""Facts that overtake the fact they wait for: a key waits at a consumer and is released, again and again.

In the played county nothing overtakes for long; so two producers state, through their outboxes as everything else,
first a visit to a household that nobody has heard of, a moment later its registration, and that it has exited: as long
as a run lasts there is something to release and something to tell a subscriber.
"""

import asyncio
import random
from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from deploy.local.postgres import database_url
from shared.data import db
from shared.events.assessment import VisitRecorded
from shared.events.envelope import Payload
from shared.events.registry import HouseholdExited, HouseholdRegistered
from shared.facts.outbox import emit
from shared.ground.context import system_act
from tests.chaos.system import System

DIVISION, ON = "140927200201", date(2017, 10, 9)


async def state(system: System, writer: str, facts: Sequence[Payload]) -> None:
    """Until it is known to be committed; said twice, it is two facts with the same content."""
    known = system.state
    url = database_url(known.ports["postgres"], f"{writer}_app", known.password(f"{writer}_app"), writer)
    while True:
        try:
            pool = await db.open_pool(url, 1)
            try:
                async with db.transaction(pool, db.system_caller(writer)) as connection:
                    await emit(connection, system_act(writer, ON), writer, facts)
            finally:
                pool.terminate()
        except db.TRANSIENT:
            await asyncio.sleep(0.3)
        else:
            return


async def arrive_late(system: System, rng: random.Random, stopping: asyncio.Event, pause: float = 2.0) -> int:
    """Returns how many came."""
    count = 0
    while not stopping.is_set():
        household = uuid4()
        await state(system, "assessment", [_visit(household) for _ in range(rng.randint(1, 3))])
        await asyncio.sleep(rng.uniform(0.1, 1.5))
        await state(system, "registry", [_registration(household), _exit(household)])
        count += 1
        await asyncio.sleep(rng.uniform(0.5, 1.5) * pause)
    return count


def _visit(household: UUID) -> VisitRecorded:
    return VisitRecorded(
        household_id=household, division=DIVISION, visit_id=uuid4(), cadre_id=uuid4(), visited_on=ON, counts=True,
        findings=["loan_diverted"],
    )  # fmt: skip


def _registration(household: UUID) -> HouseholdRegistered:
    return HouseholdRegistered(
        household_id=household, division=DIVISION, status="poor", members=2, has_labour=True, borrower_age_ok=True,
        needs_accessible=False, deep_poverty=False, relocated=False,
    )  # fmt: skip


def _exit(household: UUID) -> HouseholdExited:
    return HouseholdExited(
        household_id=household, division=DIVISION, exit_id=uuid4(), members=2, exited_on=ON, decision_id=uuid4()
    )
