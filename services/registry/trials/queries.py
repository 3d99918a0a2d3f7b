"""All SQL about what another policy would change: it reads who is asked about, and writes nothing."""

from collections.abc import Sequence

from services.registry.households.tables import Household, household
from shared.data.sql import Connection, fetch, sql

# Who was struck is asked about no more.
_WITHIN = sql(
    f"""
    SELECT {household.columns} FROM household
    WHERE division >= :division AND division <= :division || '~' AND status <> 'removed' ORDER BY id
    """,
    Household,
)


async def list_within(connection: Connection, division: str) -> Sequence[Household]:
    """The households of a division, by id."""
    return await fetch(connection, _WITHIN, division=division)
