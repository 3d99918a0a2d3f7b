"""A door to one household's dossier."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.industry.dossier import queries
from services.industry.dossier.schemas import Dossier
from shared.acts.decisions import decisions_shown
from shared.acts.dossiers import OwnRules, page
from shared.doors.http import OF_HOUSEHOLDS, Reading

router = APIRouter(prefix="/dossier", tags=["dossier"])


@router.get("/{household_id}", dependencies=[OF_HOUSEHOLDS])
async def get_dossier(household_id: UUID, connection: Reading, rules: OwnRules) -> Dossier:
    """What the household is paid and by which agreements, its posts, certificates and decisions, within the area."""
    row = await queries.get_dossier(connection, household_id)
    fields: dict[str, Any] = {
        "payouts": page(row["payouts"]),
        "agreements": page(row["agreements"]),
        "posts": page(row["posts"]),
        "certificates": page(row["certificates"]),
        "decisions": decisions_shown(row["decisions"], rules),
    }
    return Dossier(**fields)
