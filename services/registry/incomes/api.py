"""The door to incomes: statements in batches."""

from fastapi import APIRouter

from services.registry.households.api import Visitor, edited
from services.registry.households.schemas import EditedList, IncomeStatement
from services.registry.incomes import actions
from shared.acts.bodies import Batch
from shared.doors.http import Transaction

router = APIRouter(prefix="/households", tags=["households"])


@router.post("/incomes")
async def record_incomes(body: Batch[IncomeStatement], connection: Transaction, act: Visitor) -> EditedList:
    """Statements of an income year, up to 1,000 households at once, a result for each."""
    return edited(body, await actions.record_incomes(connection, act, body.sound))
