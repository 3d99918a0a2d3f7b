"""All that finance shows of one household, in one statement."""

from uuid import UUID

from services.finance.loans.queries import HOLDS
from shared.acts.dossiers import dossier
from shared.data.sql import Connection, Row, fetch_row

_DOSSIER = dossier(
    loans=f"SELECT *, {HOLDS} FROM loan WHERE household_id = :household_id ORDER BY id",  # noqa: S608 - our names
)


async def get_dossier(connection: Connection, household_id: UUID) -> Row:
    return await fetch_row(connection, _DOSSIER, household_id=household_id)
