"""Doors to households: lists without names, one household whole, statements and reports in batches."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.registry.households import actions, queries
from services.registry.households.rules import IncomeLine, net_income_fen
from services.registry.households.schemas import (
    BatchResult,
    ConditionReports,
    Household,
    HouseholdPage,
    HouseholdSummary,
    Income,
    IncomeStatements,
)
from shared.data.sql import Row
from shared.doors.http import Reading, Transaction, by
from shared.ground.context import Act
from shared.values.money import half_up

router = APIRouter(prefix="/households", tags=["households"])

FIRST = UUID(int=0)
Reader = Annotated[Act, by("county", "township", "village", "team", "helper", "auditor")]
Visitor = Annotated[Act, by("village", "team", "helper")]


@router.get("")
async def list_households(
    connection: Reading,
    act: Reader,
    cursor: UUID = FIRST,
    status: str | None = None,
    division: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> HouseholdPage:
    """Households of the caller's area, by id. `next` is the cursor of the following page."""
    rows = await queries.list_households(connection, act.business_date, cursor, limit, status, division)
    items = [HouseholdSummary(**row) for row in rows]
    return HouseholdPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/{household_id}")
async def get_household(household_id: UUID, connection: Reading, act: Reader) -> Household:
    """One household with its people, conditions and incomes as held for true now."""
    return shown(await queries.get_whole(connection, household_id, act.business_date))


def shown(row: Row) -> Household:
    """Of a row as `queries.WHOLE` selects it."""
    lines: dict[int, list[IncomeLine]] = {}
    for x in row["income_lines"]:
        lines.setdefault(x["income_year"], []).append(IncomeLine(x["category"], x["kind"], x["payer"], x["amount_fen"]))
    people = row["people"]
    incomes = [
        Income(income_year=year, net_income_fen=net, per_capita_fen=half_up(net, max(len(people), 1)))
        for year, net in sorted((y, net_income_fen(of_year)) for y, of_year in lines.items())
    ]
    fields: dict[str, Any] = dict(row)
    return Household(**fields | {"members": len(people), "conditions": fields, "incomes": incomes})


@router.post("/incomes")
async def record_incomes(body: IncomeStatements, connection: Transaction, act: Visitor) -> BatchResult:
    """Statements of an income year, up to 1,000 households at once, a result for each."""
    return BatchResult(results=await actions.record_incomes(connection, act, body.items))


@router.post("/conditions")
async def record_conditions(body: ConditionReports, connection: Transaction, act: Visitor) -> BatchResult:
    """What was seen on visits, up to 1,000 households at once, a result for each."""
    return BatchResult(results=await actions.record_conditions(connection, act, body.items))
