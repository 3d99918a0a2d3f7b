"""Facts of other services, stated as they state them: into their outbox, over their relay and the real bus."""

from datetime import date
from uuid import UUID, uuid4

from shared.data import db
from shared.events.envelope import Payload
from shared.events.industry import PaymentConfirmed
from shared.facts.outbox import emit
from shared.ground.context import Act, Caller, system_act
from tests.conftest import House
from tests.integration.registry.test_households import VILLAGE

ABOUT = "SELECT coalesce(sum(next_offset), 0)::int FROM consumer_offset WHERE topic = $1"


async def state(
    house: House, writer: str, *facts: Payload, on: date = date(2017, 6, 1), by: Caller | None = None
) -> None:
    """In one transaction of the writer's own database, by itself or by whoever acted there."""
    act = Act(by, on) if by else system_act(writer, on)
    pool = await db.open_pool((await house.settings(writer)).database_url, 1)
    try:
        async with db.transaction(pool, db.system_caller(writer)) as connection:
            await emit(connection, act, writer, facts)
    finally:
        await pool.close()


async def heard(house: House, topic: str, count: int, service: str = "registry") -> None:
    """Wait until the service has read so many records of a topic, applied or set aside."""
    owner = await house.owner(service)

    async def read() -> bool:
        return bool(await owner.fetchval(ABOUT, topic) == count)

    await house.settled(read)


def paid(household_id: UUID, amount_fen: int, **changes: object) -> PaymentConfirmed:
    """A dividend of an entity, paid in the income year 2017."""
    fields = {
        "household_id": household_id, "division": VILLAGE, "payment_id": uuid4(), "purpose": "dividend",
        "payer": "entity:1", "category": "property", "amount_fen": amount_fen, "paid_on": date(2017, 9, 15),
    }  # fmt: skip
    return PaymentConfirmed.model_validate(fields | changes)
