"""Doors to households: lists without names, one household whole, statements and reports in batches."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.registry.households import actions, queries
from services.registry.households.rules import net_income_fen
from services.registry.households.schemas import (
    BatchResult,
    ConditionReports,
    Conditions,
    Household,
    HouseholdPage,
    HouseholdSummary,
    Income,
    IncomeStatements,
    Member,
)
from shared.data.sql import Row
from shared.doors.http import Transaction, by
from shared.ground.context import Act
from shared.values.money import half_up

router = APIRouter(prefix="/households", tags=["households"])

FIRST = UUID(int=0)
Reader = Annotated[Act, by("county", "township", "village", "team", "helper", "auditor")]
Visitor = Annotated[Act, by("village", "team", "helper")]


@router.get("")
async def list_households(
    connection: Transaction, act: Reader, cursor: UUID = FIRST, status: str | None = None,
    division: str | None = None, limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> HouseholdPage:  # fmt: skip
    """Households of the caller's area, by id. `next` is the cursor of the following page."""
    rows = await queries.list_households(connection, act.business_date, cursor, limit, status, division)
    items = [HouseholdSummary(**row) for row in rows]
    return HouseholdPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/{household_id}")
async def get_household(household_id: UUID, connection: Transaction, act: Reader) -> Household:
    """One household with its people, conditions and incomes as held for true now."""
    row = await queries.get_household(connection, household_id)
    day, ids = act.business_date, [household_id]
    facts = (await queries.list_facts(connection, ids, day))[household_id]
    people = (await queries.list_members(connection, ids, day))[household_id]
    incomes = (await queries.list_incomes(connection, ids))[household_id]
    return _household(row, facts, people, [
        Income(income_year=year, net_income_fen=net, per_capita_fen=half_up(net, max(len(people), 1)))
        for year, net in sorted((y, net_income_fen(lines)) for y, lines in incomes.items())
    ])  # fmt: skip


def _household(row: Row, facts: Row, people: list[Row], incomes: list[Income]) -> Household:
    shown: dict[str, Any] = {k: row[k] for k in row.keys()}  # noqa: SIM118 - a driver's record, not a dict
    return Household(
        **shown, members=len(people), deep_poverty=facts["deep_poverty"], main_cause=facts["main_cause"],
        conditions=Conditions(**{name: facts[name] for name in queries.CONDITIONS}),
        people=[Member(**{name: p[name] for name in Member.model_fields}) for p in people],
        incomes=incomes,
    )  # fmt: skip


@router.post("/incomes")
async def record_incomes(body: IncomeStatements, connection: Transaction, act: Visitor) -> BatchResult:
    """Statements of an income year, up to 1,000 households at once, a result for each."""
    return BatchResult(results=await actions.record_incomes(connection, act, body.items))


@router.post("/conditions")
async def record_conditions(body: ConditionReports, connection: Transaction, act: Visitor) -> BatchResult:
    """What was seen on visits, up to 1,000 households at once, a result for each."""
    return BatchResult(results=await actions.record_conditions(connection, act, body.items))
