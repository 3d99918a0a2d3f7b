"""Doors to households: lists without names, one household whole, statements and reports in batches."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.registry.disclosures.api import OpenedBy
from services.registry.households import actions, queries
from services.registry.households.rules import IncomeLine, Status, net_income_fen
from services.registry.households.schemas import (
    ConditionReport,
    Edited,
    EditedList,
    Household,
    HouseholdSummary,
    Income,
    IncomeStatement,
)
from services.registry.households.tables import Whole
from shared.acts.bodies import Batch, Cursor, Page, page
from shared.doors.http import OF_HOUSEHOLDS, Paging, Reading, Transaction, by
from shared.ground.context import Act
from shared.values.inputs import Area, HouseholdNo
from shared.values.money import half_up

router = APIRouter(prefix="/households", tags=["households"])

Reader = Annotated[Act, OF_HOUSEHOLDS]
Visitor = Annotated[Act, by("village", "team", "helper")]


@router.get("")
async def list_households(
    connection: Paging,
    act: Reader,
    at: Cursor,
    status: Status | None = None,
    division: Area | None = None,
    household_no: HouseholdNo | None = None,
) -> Page[HouseholdSummary]:
    """Households of the caller's area, by id."""
    filters = {"status": status, "division": division, "household_no": household_no}
    rows = await queries.list_households(connection, act.business_date, at, **filters)
    return page(HouseholdSummary, rows, at)


@router.get("/{household_id}")
async def get_household(household_id: UUID, connection: Reading, act: Reader, by_whom: OpenedBy) -> Household:
    """One household with its people, conditions and incomes as held for true now; who opened it is on record."""
    row = await queries.get_whole(connection, household_id, act.business_date)
    by_whom.opened(act, household_id)
    return shown(row)


def shown(row: Whole) -> Household:
    lines: dict[int, list[IncomeLine]] = {}
    for line in row.income_lines:
        lines.setdefault(line.pop("income_year"), []).append(IncomeLine(**line))
    incomes = [
        Income(income_year=year, net_income_fen=net, per_capita_fen=half_up(net, max(len(row.people), 1)))
        for year, net in sorted((y, net_income_fen(of_year)) for y, of_year in lines.items())
    ]
    return Household(**row._asdict() | {"members": len(row.people), "incomes": incomes})


@router.post("/incomes")
async def record_incomes(body: Batch[IncomeStatement], connection: Transaction, act: Visitor) -> EditedList:
    """Statements of an income year, up to 1,000 households at once, a result for each."""
    return edited(body, await actions.record_incomes(connection, act, body.sound))


@router.post("/conditions")
async def record_conditions(body: Batch[ConditionReport], connection: Transaction, act: Visitor) -> EditedList:
    """What was seen on visits, up to 1,000 households at once, a result for each."""
    return edited(body, await actions.record_conditions(connection, act, body.sound))


def edited(body: Batch[Any], results: Sequence[Edited]) -> EditedList:
    return EditedList.model_validate(body.answered(results), from_attributes=True)
