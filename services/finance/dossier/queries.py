"""All that finance shows of one household, in one statement."""

from collections.abc import Sequence
from uuid import UUID

from services.finance.loans.tables import loan
from shared.acts.benefits import Given
from shared.acts.dossiers import dossier
from shared.data.sql import Connection, Row, fetch, fetch_row, sql

_DOSSIER = dossier(
    loans=f"""
    SELECT {loan.columns}, ARRAY(SELECT DISTINCT kind FROM loan_hold k WHERE k.loan_id = loan.id
                                 AND k.released_on IS NULL ORDER BY kind) AS holds
    FROM loan WHERE household_id = :household_id ORDER BY id
    """
)
# What was lent, with the day it was paid out, or approved; and of each loan what the county has paid of its interest.
_GIVEN = sql(
    """
    SELECT household_id, 'loan' AS kind, id::text AS source, state AS standing, amount_fen, 1 AS times,
        coalesce(disbursed_on, approved_on) AS first_on, settled_on AS last_on
    FROM loan WHERE household_id = ANY(:ids)
    UNION ALL
    SELECT d.household_id, 'discount', d.loan_id::text, 'checked', sum(d.amount_fen)::bigint, count(*)::int,
        min(c.checked_on), max(c.checked_on)
    FROM discount_line d JOIN discount_claim c ON c.id = d.claim_id AND c.state = 'checked'
    WHERE d.household_id = ANY(:ids) AND d.outcome <> 'refused' GROUP BY d.household_id, d.loan_id
    ORDER BY household_id, kind, source
    """,
    Given,
)


async def get_dossier(connection: Connection, household_id: UUID) -> Row:
    return await fetch_row(connection, _DOSSIER, household_id=household_id)


async def list_given(connection: Connection, household_ids: Sequence[UUID]) -> list[Given]:
    """What the households have or had, by household, kind and source."""
    return await fetch(connection, _GIVEN, ids=list(household_ids))
