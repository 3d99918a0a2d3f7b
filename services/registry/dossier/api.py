"""A door to one household's dossier."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.registry.disclosures.api import OpenedBy
from services.registry.dossier import queries
from services.registry.dossier.schemas import Dossier
from services.registry.entitlements import api as entitlements
from services.registry.entitlements.lists import find_one
from services.registry.households.api import shown
from services.registry.households.tables import Whole
from shared.acts.decisions import decisions_shown
from shared.acts.dossiers import OwnRules, page
from shared.data.revisions import AsOf
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Reading
from shared.ground.context import Act

router = APIRouter(prefix="/dossier", tags=["dossier"])


@router.get("/{household_id}")
async def get_dossier(
    household_id: UUID,
    connection: Reading,
    rules: OwnRules,
    policy: CurrentPolicy,
    act: Annotated[Act, OF_HOUSEHOLDS],
    by_whom: OpenedBy,
) -> Dossier:
    """The household whole, its exits, what visits found there, the measures for it, its card, its plans, what it is
    entitled to and has; once it got out how it is followed and what warns of it; the decisions about it. Who opened it
    is on record.
    """
    row = await queries.get_dossier(connection, household_id, act.business_date)
    as_of = AsOf(act.business_date)
    judged = await find_one(connection, policy, as_of, household_id)
    by_whom.opened(act, household_id)
    fields: dict[str, Any] = {
        "household": shown(Whole._make(row[name] for name in Whole._fields), policy, act.business_date),
        "exits": page(row["exits"]),
        "findings": page(row["findings"]),
        "measures": page(row["measures"]),
        "cards": page(row["cards"]),
        "plan": page(row["plan"]),
        "follow_ups": page(row["follow_ups"]),
        "risk_warnings": page(row["risk_warnings"]),
        "entitlements": entitlements.entitlements_shown(judged, policy, as_of),
        "haves": entitlements.haves_shown(judged),
        "decisions": decisions_shown(row["decisions"], rules),
    }
    return Dossier(**fields)
