"""A door to one household's dossier."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.relocation.dossier import queries
from services.relocation.dossier.schemas import Dossier
from shared.acts.decisions import decisions_shown
from shared.acts.dossiers import OwnRules, page
from shared.doors.http import OF_HOUSEHOLDS, Reading

router = APIRouter(prefix="/dossier", tags=["dossier"])


@router.get("/{household_id}", dependencies=[OF_HOUSEHOLDS])
async def get_dossier(household_id: UUID, connection: Reading, rules: OwnRules) -> Dossier:
    """Within the caller's area the household's applications, allocations, homesteads, and the decisions about it."""
    row = await queries.get_dossier(connection, household_id)
    fields: dict[str, Any] = {
        "relocation": page(row["relocation"]),
        "allocations": page(row["allocations"]),
        "homesteads": page(row["homesteads"]),
        "decisions": decisions_shown(row["decisions"], rules),
    }
    return Dossier(**fields)
