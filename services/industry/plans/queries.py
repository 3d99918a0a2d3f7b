"""All SQL about plans: who shares in what a station earned."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, insert

from services.industry.plans.tables import station_plan, station_plan_item
from shared.data.sql import (
    Connection,
    Row,
    execute,
    execute_many,
    fetch,
    fetch_one,
    insert_many,
    parameter,
    sql,
    statement,
)
from shared.ground.problems import Problem

_PLAN = ("id", "station_id", "division", "year", "state", "households", "amount_fen", "drafted_by", "drafted_on")

_LOCK_HOUSEHOLDS = sql("SELECT * FROM household WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=ARRAY(Uuid))
_OF_ANOTHER_TIER = sql(
    "SELECT households_of_another_tier(:ids, :year, :tier) AS id", ids=ARRAY(Uuid), year=Integer, tier=Text
)
_INSERT_PLAN = statement(
    insert(station_plan).values({c: parameter(c, station_plan.c[c]) for c in _PLAN}).on_conflict_do_nothing()
)
_INSERT_ITEMS = insert_many(station_plan_item, station_plan_item.c.keys())
_FIND_PLAN = sql("SELECT * FROM station_plan WHERE id = :id", id=Uuid)
_LOCK_PLAN = sql("SELECT * FROM station_plan WHERE id = :id FOR UPDATE", id=Uuid)
# Those who are to be paid as they are now: a household may have moved, or been removed, since the plan was drafted.
_ITEMS = sql(
    "SELECT i.household_id, i.amount_fen, i.reason, h.division, h.status FROM station_plan_item i"
    " JOIN household h ON h.id = i.household_id WHERE i.plan_id = :plan_id ORDER BY i.household_id",
    plan_id=Uuid,
)
_ITEMS_AS_DRAFTED = sql(
    "SELECT household_id, amount_fen, reason FROM station_plan_item WHERE plan_id = :plan_id", plan_id=Uuid
)
_APPROVE = sql(
    "UPDATE station_plan SET state = :state, approved_by = :by, approved_on = :on"
    " WHERE id = :id AND state = 'drafted'",
    id=Uuid, state=Text, by=Text, on=Date,
)  # fmt: skip
_FILE = sql(
    "UPDATE station_plan SET state = 'filed', filed_by = :by, filed_on = :on, households = :households,"
    " amount_fen = :amount_fen WHERE id = :id AND state = 'approved'",
    id=Uuid, by=Text, on=Date, households=Integer, amount_fen=BigInteger,
)  # fmt: skip
_DROP_ITEMS = sql(
    "UPDATE station_plan_item SET active = false WHERE plan_id = :plan_id AND household_id = ANY(:ids)",
    plan_id=Uuid, ids=ARRAY(Uuid),
)  # fmt: skip
_PLANS = sql(
    "SELECT * FROM station_plan WHERE id > :after AND (:station_id IS NULL OR station_id = :station_id)"
    " ORDER BY id LIMIT :limit",
    after=Uuid, station_id=Uuid, limit=Integer,
)  # fmt: skip


async def lock_households(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those known here and within the caller's area, locked in id order: one plan at a time for each."""
    return {r["id"]: r for r in await fetch(connection, _LOCK_HOUSEHOLDS, ids=list(ids))}


async def list_of_another_tier(connection: Connection, ids: Sequence[UUID], year: int, tier: str | None) -> set[UUID]:
    """Those who share in a station of another tier in that year, in whatever village."""
    rows = await fetch(connection, _OF_ANOTHER_TIER, ids=list(ids), year=year, tier=tier)
    return {r["id"] for r in rows}


async def insert_plan(connection: Connection, plan: dict[str, Any], items: Sequence[dict[str, Any]]) -> bool:
    """With its items; False where the id is somebody else's."""
    if not await execute(connection, _INSERT_PLAN, rows=None, **plan):
        return False
    await execute_many(connection, _INSERT_ITEMS, items)
    return True


async def find_plan(connection: Connection, plan_id: UUID) -> Row | None:
    return await fetch_one(connection, _FIND_PLAN, id=plan_id)


async def lock_plan(connection: Connection, plan_id: UUID) -> Row:
    """Raises Problem `shared.not_found`."""
    row = await fetch_one(connection, _LOCK_PLAN, id=plan_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def list_items(connection: Connection, plan_id: UUID) -> list[Row]:
    """A plan's households, each with its division and status of now."""
    return await fetch(connection, _ITEMS, plan_id=plan_id)


async def list_items_as_drafted(connection: Connection, plan_id: UUID) -> list[Row]:
    return await fetch(connection, _ITEMS_AS_DRAFTED, plan_id=plan_id)


async def set_approved(connection: Connection, plan_id: UUID, state: str, by: str, on: date) -> None:
    await execute(connection, _APPROVE, rows=1, id=plan_id, state=state, by=by, on=on)


async def set_filed(
    connection: Connection, plan_id: UUID, by: str, on: date, households: int, amount_fen: int
) -> None:  # fmt: skip
    await execute(
        connection, _FILE, rows=1, id=plan_id, by=by, on=on, households=households, amount_fen=amount_fen
    )  # fmt: skip


async def drop_items(connection: Connection, plan_id: UUID, household_ids: Sequence[UUID]) -> None:
    """They share no longer by this plan."""
    await execute(
        connection, _DROP_ITEMS, rows=len(household_ids), plan_id=plan_id, ids=list(household_ids)
    )  # fmt: skip


async def list_plans(connection: Connection, after: UUID, limit: int, station_id: UUID | None) -> list[Row]:
    """A page by rising id."""
    return await fetch(connection, _PLANS, after=after, limit=limit, station_id=station_id)
