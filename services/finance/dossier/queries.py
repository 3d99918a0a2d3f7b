"""All that finance shows of one household, in one statement."""

from uuid import UUID

from services.finance.loans.tables import loan
from shared.acts.dossiers import dossier
from shared.data.sql import Connection, Row, fetch_row

_DOSSIER = dossier(
    loans=f"""
    SELECT {loan.columns}, ARRAY(SELECT DISTINCT kind FROM loan_hold k WHERE k.loan_id = loan.id
                                 AND k.released_on IS NULL ORDER BY kind) AS holds
    FROM loan WHERE household_id = :household_id ORDER BY id
    """
)


async def get_dossier(connection: Connection, household_id: UUID) -> Row:
    return await fetch_row(connection, _DOSSIER, household_id=household_id)
