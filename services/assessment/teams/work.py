"""What assessment does by itself: pairings that began before helpers were named, it states once more."""

from typing import Any

from services.assessment.teams import queries
from shared.acts.bonds import Begun, begin_pairings
from shared.data import db
from shared.events.assessment import HelperAssigned
from shared.facts.outbox import emit
from shared.ground.context import system_act
from shared.values.dates import today

PORTION = 500


async def state_helpers(app: Any) -> None:
    """Pairings whose helper nobody outside knows, portion by portion, until there are none."""
    while await _state_some(app):
        pass


async def _state_some(app: Any) -> int:
    act = system_act("assessment", today())
    async with db.transaction(app.state.pool, act.caller) as connection:
        unnamed = await queries.lock_unnamed(connection, PORTION)
        await begin_pairings(connection, [Begun(p.pairing_id, p.household_id, p.subject, p.starts_on) for p in unnamed])
        await emit(connection, act, "assessment", [HelperAssigned(**p._asdict()) for p in unnamed])
    return len(unnamed)
