"""A door to one household's dossier."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.assessment.deeds.rules import FollowUpPolicy, follow_up_due_on
from services.assessment.dossier import queries
from services.assessment.dossier.schemas import Dossier
from services.assessment.visits.api import SEE_NOTES
from shared.acts.decisions import decisions_shown
from shared.acts.dossiers import OwnRules, page
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Reading
from shared.ground.context import Act

router = APIRouter(prefix="/dossier", tags=["dossier"])


@router.get("/{household_id}")
async def get_dossier(
    household_id: UUID, connection: Reading, policy: CurrentPolicy, rules: OwnRules, act: Annotated[Act, OF_HOUSEHOLDS]
) -> Dossier:
    """Who helps the household, the visits there, what happened to it and the decisions, within the caller's area."""
    row = await queries.get_dossier(connection, household_id, act.subject, all_notes=act.caller.role in SEE_NOTES)
    days = policy.on(act.business_date, FollowUpPolicy).follow_up_days
    revoked = {x["source_key"] for x in row["deeds"] if x["kind"] == "death_revoked"}

    def due_on(x: Mapping[str, Any]) -> date | None:
        on = date.fromisoformat(x["happened_on"])
        return follow_up_due_on(x["kind"], on, days, revoked=x["source_key"] in revoked)

    deeds = [x | {"follow_up_due_on": due_on(x)} for x in row["deeds"]]
    fields: dict[str, Any] = {
        "helpers": page(row["helpers"]),
        "visits": page(row["visits"]),
        "deeds": page(deeds),
        "decisions": decisions_shown(row["decisions"], rules),
    }
    return Dossier(**fields)
