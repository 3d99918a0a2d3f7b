"""What the register does by itself: whom it registered before references were told, it tells once."""

from typing import Any

from services.registry.changes import queries
from shared.acts.bonds import keep_residents
from shared.data import db
from shared.events.registry import PeopleStated
from shared.facts.outbox import emit
from shared.ground.context import system_act
from shared.values.dates import today

PORTION = 500


async def state_people(app: Any) -> None:
    """Households of whose people nobody outside knows, portion by portion, until there are none."""
    while await _state_some(app):
        pass


async def _state_some(app: Any) -> int:
    act = system_act("registry", today())
    async with db.transaction(app.state.pool, act.caller) as connection:
        untold = await queries.lock_untold(connection, PORTION)
        await keep_residents(connection, {row.household_id: row.people for row in untold})
        facts = [PeopleStated(**row._asdict()) for row in untold]
        await emit(connection, act, "registry", facts)
    return len(untold)
