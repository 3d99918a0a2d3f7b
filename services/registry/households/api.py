"""Doors to households: statements and reports in batches."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter

from services.registry.households import actions
from services.registry.households.rules import IncomeLine, SupportPolicy, net_income_fen, supported_until
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
from shared.ground.policy import Policy
from shared.values.money import half_up

router = APIRouter(prefix="/households", tags=["households"])

Visitor = Annotated[Act, by("village", "team", "helper")]


def shown(row: Whole, policy: Policy, on: date) -> Household:
    """As it is held for true about the day `on`."""
    lines: dict[int, list[IncomeLine]] = {}
    for line in row.income_lines:
        lines.setdefault(line.pop("income_year"), []).append(IncomeLine(**line))
    incomes = [
        Income(income_year=year, net_income_fen=net, per_capita_fen=half_up(net, max(len(row.people), 1)))
        for year, net in sorted((y, net_income_fen(of_year)) for y, of_year in lines.items())
    ]
    until = None
    if row.status == "exited" and row.exited_on:
        until = supported_until(row.exited_on, policy.on(on, SupportPolicy))
    return Household(**row._asdict() | {"members": len(row.people), "incomes": incomes, "support_until": until})


@router.post("/conditions")
async def record_conditions(body: Batch[ConditionReport], connection: Transaction, act: Visitor) -> EditedList:
    """What was seen on visits, up to 1,000 households at once, a result for each."""
    return edited(body, await actions.record_conditions(connection, act, body.sound))


def edited(body: Batch[Any], results: Sequence[Edited]) -> EditedList:
    return EditedList.model_validate(body.answered(results), from_attributes=True)
