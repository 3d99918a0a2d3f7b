"""Households of which something is suspected: nothing new is given to them until people have looked, or until nobody
has for too long.

A suspicion is no finding: what a household already has goes on, and what is only due waits, and is paid afterwards
(domain notes 2.1 "Exclusion matches", 3).
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Boolean

from shared.data.sql import Connection, execute, fetch_values, sql
from shared.events.registry import SuspicionLapsed, SuspicionRaised, SuspicionResolved
from shared.facts.consumer import Reaction
from shared.ground.context import Act

_RAISE = sql("""
    INSERT INTO suspected_household (suspicion_id, household_id, raised_on) VALUES (:id, :household_id, :raised_on)
    ON CONFLICT DO NOTHING
""")
# Who is to be struck is held up until that is done, and released where it is taken back.
_RESOLVE = sql(
    """
    UPDATE suspected_household SET released_on = CASE WHEN :holds THEN NULL ELSE CAST(:resolved_on AS date) END
    WHERE suspicion_id = :id
""",
    holds=Boolean,
)
# What people have found out since stands.
_LAPSE = sql("""
    UPDATE suspected_household SET released_on = coalesce(released_on, :lapsed_on) WHERE suspicion_id = :id
""")
_SUSPECTED = sql("""
    SELECT DISTINCT household_id FROM suspected_household WHERE household_id = ANY(:ids) AND released_on IS NULL
""")


async def list_suspected(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the households that are held up now."""
    return set(await fetch_values(connection, _SUSPECTED, ids=list(household_ids)))


async def on_raised(connection: Connection, facts: Sequence[tuple[Act, SuspicionRaised]]) -> None:
    for _, fact in facts:
        # Told again it is held up already.
        await execute(
            connection,
            _RAISE,
            rows=None,
            id=fact.suspicion_id,
            household_id=fact.household_id,
            raised_on=fact.raised_on,
        )


async def on_resolved(connection: Connection, facts: Sequence[tuple[Act, SuspicionResolved]]) -> None:
    for _, fact in facts:
        await execute(
            connection, _RESOLVE, rows=1, id=fact.suspicion_id, holds=fact.holds, resolved_on=fact.resolved_on
        )


async def on_lapsed(connection: Connection, facts: Sequence[tuple[Act, SuspicionLapsed]]) -> None:
    for _, fact in facts:
        await execute(connection, _LAPSE, rows=1, id=fact.suspicion_id, lapsed_on=fact.lapsed_on)


REACTIONS: dict[str, Reaction] = {
    SuspicionRaised.TYPE: on_raised,
    SuspicionLapsed.TYPE: on_lapsed,
    SuspicionResolved.TYPE: on_resolved,
}
