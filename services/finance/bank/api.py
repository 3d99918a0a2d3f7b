"""Doors for banks: their events in batches; and to what was held, refused, or settled otherwise than due."""

from typing import Annotated

from fastapi import APIRouter

from services.finance.bank import actions, queries
from services.finance.bank.rules import State
from services.finance.bank.schemas import BankEventBatch, EventResults, EventShown, Settlement
from services.finance.loans.queries import list_loans_by_id
from shared.acts.bodies import Cursor, Page, Results, page
from shared.doors.http import CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/bank", tags=["bank"])

READERS = by("county", "bank", "auditor")
Bank = Annotated[Act, by("bank")]


@router.post("/events", response_model=EventResults)
async def record_bank_events(
    body: BankEventBatch, connection: Transaction, act: Bank, policy: CurrentPolicy
) -> Results:
    """Events about the bank's own loans; a repeat changes nothing."""
    return body.answered(await actions.record_bank_events(connection, act, policy, body.sound))


@router.get("/events", dependencies=[READERS])
async def list_events(connection: Paging, at: Cursor, state: State | None = None) -> Page[EventShown]:
    """Events as they were sent, by id, with what became of them."""
    rows = await queries.list_events(connection, at, state=state)
    shown = [EventShown(**row.content | row._asdict()) for row in rows]
    return page(EventShown, shown, at)


@router.get("/settlements", dependencies=[READERS])
async def list_settlements(connection: Paging, at: Cursor, differing: bool = False) -> Page[Settlement]:
    """Settled interest, by id; with `differing` only where the bank posted another amount than we find due."""
    rows = await queries.list_settlements(connection, at, differing=differing)
    loans = await list_loans_by_id(connection, [row.loan_id for row in rows])
    shown = [Settlement(**row._asdict(), loan_no=loans[row.loan_id].loan_no) for row in rows]
    return page(Settlement, shown, at)
