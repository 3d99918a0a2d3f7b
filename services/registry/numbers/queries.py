"""All SQL about household numbers."""

from collections.abc import Sequence
from uuid import UUID

from shared.data.sql import Connection, fetch, sql

# Two who give numbers at this moment wait for one another, so that the second finds what the first gave.
_HOLD = sql("SELECT pg_advisory_xact_lock(hashtextextended('household_no', 0))")
# Numbers are a village's code and four figures; other shapes, of another system, are nobody's successor.
_LAST_NUMBERS = sql("""
    SELECT d.code AS division, max(h.household_no) AS household_no FROM unnest(:divisions) AS d (code)
    JOIN household h ON h.household_no >= d.code || '0000' AND h.household_no <= d.code || '9999'
        AND length(h.household_no) = length(d.code) + 4
    GROUP BY d.code
    """)
_NUMBERED = sql("SELECT household_no, id FROM household WHERE household_no = ANY(:numbers)")


async def hold_numbers(connection: Connection) -> None:
    """Nobody else gives a number before this transaction ends."""
    await fetch(connection, _HOLD)


async def list_last_numbers(connection: Connection, divisions: Sequence[str]) -> dict[str, str]:
    """By village, the last household number that it gave; of one that gave none there is none."""
    rows = await fetch(connection, _LAST_NUMBERS, divisions=sorted(set(divisions)))
    return {row["division"]: row["household_no"] for row in rows}


async def list_numbered(connection: Connection, numbers: Sequence[str]) -> dict[str, UUID]:
    """Households by their numbers."""
    rows = await fetch(connection, _NUMBERED, numbers=list(numbers))
    return {row["household_no"]: row["id"] for row in rows}
