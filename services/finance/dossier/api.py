"""A door to one household's dossier."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.finance.dossier import queries
from services.finance.dossier.schemas import Dossier
from shared.acts.decisions import decisions_shown
from shared.acts.dossiers import OwnRules, page
from shared.doors.http import Reading, by

# A helper learns nothing of loans.
READERS = by("county", "township", "village", "team", "villager", "auditor")

router = APIRouter(prefix="/dossier", tags=["dossier"])


@router.get("/{household_id}", dependencies=[READERS])
async def get_dossier(household_id: UUID, connection: Reading, rules: OwnRules) -> Dossier:
    """The household's loans and the decisions about it, within the caller's area."""
    row = await queries.get_dossier(connection, household_id)
    fields: dict[str, Any] = {"loans": page(row["loans"]), "decisions": decisions_shown(row["decisions"], rules)}
    return Dossier(**fields)
