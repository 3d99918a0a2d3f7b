"""Households that a confirmed fraud touched: what is under way for them stands still until they were reviewed.

Every service that moves something for households has the table; one pair of reactions keeps it. A freeze stops new
steps (exits, allocations, loans and discounts, payouts), never what a household already has.
"""

from collections.abc import Sequence
from uuid import UUID

from shared.data.sql import Connection, execute, fetch, sql
from shared.events.assessment import FraudConfirmed, FraudReviewed
from shared.facts.consumer import Reaction
from shared.ground.context import Act

_FREEZE = sql("""
    INSERT INTO frozen_household (household_id, case_id, frozen_on)
    SELECT h, :case_id, :frozen_on FROM unnest(:ids) AS h ON CONFLICT DO NOTHING
""")
_REVIEW = sql("""
    UPDATE frozen_household SET reviewed_on = :reviewed_on WHERE case_id = :case_id AND household_id = ANY(:ids)
    AND reviewed_on IS NULL
""")
_FROZEN = sql("""
    SELECT DISTINCT household_id FROM frozen_household WHERE household_id = ANY(:ids) AND reviewed_on IS NULL
""")


async def list_frozen(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the households that stand still now."""
    return {r["household_id"] for r in await fetch(connection, _FROZEN, ids=list(household_ids))}


async def on_fraud_confirmed(connection: Connection, facts: Sequence[tuple[Act, FraudConfirmed]]) -> None:
    for _, fact in facts:
        # Confirmed again for the same household it is frozen already.
        await execute(
            connection,
            _FREEZE,
            rows=None,
            ids=sorted(fact.household_ids),
            case_id=fact.case_id,
            frozen_on=fact.confirmed_on,
        )


async def on_fraud_reviewed(connection: Connection, facts: Sequence[tuple[Act, FraudReviewed]]) -> None:
    for _, fact in facts:
        ids = sorted(set(fact.household_ids))
        await execute(connection, _REVIEW, rows=len(ids), ids=ids, case_id=fact.case_id, reviewed_on=fact.reviewed_on)


REACTIONS: dict[str, Reaction] = {
    FraudConfirmed.TYPE: on_fraud_confirmed,
    FraudReviewed.TYPE: on_fraud_reviewed,
}
