"""All that assessment shows of one household, in one statement."""

from uuid import UUID

from sqlalchemy import Boolean

from services.assessment.teams.queries import PAIRING
from services.assessment.visits.queries import SHOWN
from shared.acts.dossiers import dossier
from shared.data.sql import Connection, Row, fetch_row

_DOSSIER = dossier(
    types={"all_notes": Boolean},
    helpers=f"SELECT {PAIRING} FROM pairing WHERE household_id = :household_id ORDER BY id",
    visits=f"SELECT {SHOWN} FROM visit WHERE household_id = :household_id ORDER BY id",
    deeds="SELECT * FROM deed WHERE household_id = :household_id ORDER BY happened_on, kind, source_key",
)


async def get_dossier(connection: Connection, household_id: UUID, subject: str, *, all_notes: bool) -> Row:
    """Notes of visits are the subject's own, or all."""
    return await fetch_row(connection, _DOSSIER, household_id=household_id, subject=subject, all_notes=all_notes)
