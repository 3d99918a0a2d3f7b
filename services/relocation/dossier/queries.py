"""All that relocation shows of one household, in one statement."""

from collections.abc import Sequence
from uuid import UUID

from shared.acts.benefits import Given
from shared.acts.dossiers import dossier
from shared.data.sql import Connection, Row, fetch, fetch_row, sql

_DOSSIER = dossier(
    relocation="SELECT * FROM relocation_application WHERE household_id = :household_id ORDER BY id",
    allocations="SELECT * FROM allocation WHERE household_id = :household_id ORDER BY id",
    homesteads="SELECT * FROM homestead WHERE household_id = :household_id ORDER BY id",
)
# How far the move has come, which flat, and what was granted for giving up the old house.
_GIVEN = sql(
    """
    SELECT household_id, 'relocation' AS kind, id::text AS source, state AS standing, NULL::bigint AS amount_fen,
        1 AS times, coalesce(agreed_on, applied_on) AS first_on, ended_on AS last_on
    FROM relocation_application WHERE household_id = ANY(:ids)
    UNION ALL
    SELECT household_id, 'flat', id::text, state, NULL, 1, allocated_on, released_on
    FROM allocation WHERE household_id = ANY(:ids)
    UNION ALL
    SELECT household_id, 'reward', kind || ':' || application_id, 'approved', amount_fen, 1, approved_on, approved_on
    FROM homestead_reward WHERE household_id = ANY(:ids)
    ORDER BY household_id, kind, source
    """,
    Given,
)


async def get_dossier(connection: Connection, household_id: UUID) -> Row:
    return await fetch_row(connection, _DOSSIER, household_id=household_id)


async def list_given(connection: Connection, household_ids: Sequence[UUID]) -> list[Given]:
    """What the households have or had, by household, kind and source."""
    return await fetch(connection, _GIVEN, ids=list(household_ids))
