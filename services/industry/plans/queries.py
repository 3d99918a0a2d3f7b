"""All SQL about plans: who shares in what a station earned."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.industry.plans.tables import (
    Drafted,
    PlannedHousehold,
    Sharer,
    StationPlan,
    station_plan,
    station_plan_item,
)
from shared.acts.batches import FREE, NewRows, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import (
    Connection,
    by_id,
    execute,
    execute_many,
    fetch,
    fetch_one,
    fetch_or_not_found,
    get_by,
    insert_many,
    lock_by,
    sql,
)

_LOCK_HOUSEHOLDS = sql(
    """
    SELECT id, division, status, has_labour, deep_poverty, relocated FROM household
    WHERE id = ANY(:ids) ORDER BY id FOR UPDATE
    """,
    PlannedHousehold,
)
_OF_ANOTHER_TIER = sql("SELECT households_of_another_tier(:ids, :year, :tier) AS id")
_INSERT_PLAN = insert_many(station_plan, station_plan.shape, FREE)
_INSERT_ITEMS = insert_many(station_plan_item, station_plan_item.shape)
_FIND_PLAN = get_by(station_plan)
_LOCK_PLAN = lock_by(station_plan)
# Those who are to be paid as they are now: a household may have moved, or been removed, since the plan was drafted.
_ITEMS = sql(
    """
    SELECT i.household_id, i.amount_fen, i.reason, h.division, h.status FROM station_plan_item i
    JOIN household h ON h.id = i.household_id WHERE i.plan_id = :plan_id ORDER BY i.household_id
    """,
    Sharer,
)
_ITEMS_AS_DRAFTED = sql(
    "SELECT household_id, amount_fen, reason FROM station_plan_item WHERE plan_id = :plan_id", Drafted
)
_DROP_ITEMS = sql("UPDATE station_plan_item SET active = false WHERE plan_id = :plan_id AND household_id = ANY(:ids)")
_PLANS = page(station_plan, "station_id", "state")


async def lock_households(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, PlannedHousehold]:
    """Those known here and within the caller's area, locked in id order: one plan at a time for each."""
    return await by_id(connection, _LOCK_HOUSEHOLDS, ids)


async def list_of_another_tier(connection: Connection, ids: Sequence[UUID], year: int, tier: str | None) -> set[UUID]:
    """Those who share in a station of another tier in that year, in whatever village."""
    rows = await fetch(connection, _OF_ANOTHER_TIER, ids=list(ids), year=year, tier=tier)
    return {r["id"] for r in rows}


async def insert_plan(connection: Connection, plan: StationPlan, items: NewRows) -> bool:
    """With its items; False where the id is somebody else's."""
    if not await insert_free(connection, _INSERT_PLAN, [plan._asdict()]):
        return False
    await execute_many(connection, _INSERT_ITEMS, items)
    return True


async def find_plan(connection: Connection, plan_id: UUID) -> StationPlan | None:
    return await fetch_one(connection, _FIND_PLAN, id=plan_id)


async def lock_plan(connection: Connection, plan_id: UUID) -> StationPlan:
    """Raises Problem `shared.not_found`."""
    return await fetch_or_not_found(connection, _LOCK_PLAN, ids=[plan_id])


async def list_items(connection: Connection, plan_id: UUID) -> list[Sharer]:
    """A plan's households, each with its division and status of now."""
    return await fetch(connection, _ITEMS, plan_id=plan_id)


async def list_items_as_drafted(connection: Connection, plan_id: UUID) -> list[Drafted]:
    return await fetch(connection, _ITEMS_AS_DRAFTED, plan_id=plan_id)


async def drop_items(connection: Connection, plan_id: UUID, household_ids: Sequence[UUID]) -> None:
    """They share no longer by this plan."""
    await execute(connection, _DROP_ITEMS, rows=len(household_ids), plan_id=plan_id, ids=list(household_ids))


async def list_plans(connection: Connection, at: Place, **filters: Any) -> list[StationPlan]:
    """By rising id, filtered by station or state."""
    return await fetch_page(connection, _PLANS, at, **filters)
