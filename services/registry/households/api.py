"""Doors to households: statements and reports in batches."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter

from services.registry.households import actions
from services.registry.households.rules import IncomeLine, net_income_fen
from services.registry.households.schemas import (
    ConditionReport,
    Edited,
    EditedList,
    Household,
    Income,
)
from services.registry.households.tables import Whole
from shared.acts.bodies import Batch
from shared.doors.http import Transaction, by
from shared.ground.context import Act
from shared.values.money import half_up

router = APIRouter(prefix="/households", tags=["households"])

Visitor = Annotated[Act, by("village", "team", "helper")]


def shown(row: Whole) -> Household:
    lines: dict[int, list[IncomeLine]] = {}
    for line in row.income_lines:
        lines.setdefault(line.pop("income_year"), []).append(IncomeLine(**line))
    incomes = [
        Income(income_year=year, net_income_fen=net, per_capita_fen=half_up(net, max(len(row.people), 1)))
        for year, net in sorted((y, net_income_fen(of_year)) for y, of_year in lines.items())
    ]
    return Household(**row._asdict() | {"members": len(row.people), "incomes": incomes})


@router.post("/conditions")
async def record_conditions(body: Batch[ConditionReport], connection: Transaction, act: Visitor) -> EditedList:
    """What was seen on visits, up to 1,000 households at once, a result for each."""
    return edited(body, await actions.record_conditions(connection, act, body.sound))


def edited(body: Batch[Any], results: Sequence[Edited]) -> EditedList:
    return EditedList.model_validate(body.answered(results), from_attributes=True)
