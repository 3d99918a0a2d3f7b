"""All that relocation shows of one household, in one statement."""

from uuid import UUID

from shared.acts.dossiers import dossier
from shared.data.sql import Connection, Row, fetch_row

_DOSSIER = dossier(
    relocation="SELECT * FROM relocation_application WHERE household_id = :household_id ORDER BY id",
    allocations="SELECT * FROM allocation WHERE household_id = :household_id ORDER BY id",
    homesteads="SELECT * FROM homestead WHERE household_id = :household_id ORDER BY id",
)


async def get_dossier(connection: Connection, household_id: UUID) -> Row:
    return await fetch_row(connection, _DOSSIER, household_id=household_id)
