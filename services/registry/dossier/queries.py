"""All that the register shows of one household, in one statement."""

from datetime import date
from uuid import UUID

from sqlalchemy import Date, DateTime

from services.registry.followups.queries import OF_HOUSEHOLD as FOLLOW_UPS_OF_HOUSEHOLD
from services.registry.measures.queries import OF_HOUSEHOLD
from services.registry.plans.queries import OF_HOUSEHOLD as PLAN_OF_HOUSEHOLD
from services.registry.record.queries import WHOLE
from shared.acts.dossiers import dossier
from shared.data.revisions import AsOf
from shared.data.sql import Connection, Row, fetch_or_not_found

_DOSSIER = dossier(
    WHOLE,
    types={"on": Date, "known_at": DateTime(timezone=True)},
    # Also those of the village where it lived then.
    exits="SELECT * FROM household_exits(:household_id) ORDER BY id",
    findings="SELECT * FROM visit_finding WHERE household_id = :household_id ORDER BY id",
    measures=OF_HOUSEHOLD,
    plan=PLAN_OF_HOUSEHOLD,
    follow_ups=FOLLOW_UPS_OF_HOUSEHOLD,
    risk_warnings="SELECT * FROM risk_warning WHERE household_id = :household_id ORDER BY id",
    cards="SELECT * FROM household_card WHERE household_id = :household_id ORDER BY id",
)


async def get_dossier(connection: Connection, household_id: UUID, on: date) -> Row:
    """Raises Problem `shared.not_found`, also where it lies outside the caller's area."""
    return await fetch_or_not_found(connection, _DOSSIER, household_id=household_id, **AsOf(on).parameters)
