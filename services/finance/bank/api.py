"""Doors for banks: their events in batches; to what was held, refused, quarantined or settled otherwise than due; and
for the county's word that an event is right though it looks wrong.
"""

from typing import Annotated

from fastapi import APIRouter

from services.finance.bank import actions
from services.finance.bank.queries import list_releases
from services.finance.bank.schemas import (
    BankEventBatch,
    EventResults,
    EventShown,
    ReleaseProposed,
    ReleaseShown,
    Settlement,
)
from services.finance.bank.tables import ReleaseState
from services.finance.folds import queries
from services.finance.folds.rules import EventState
from services.finance.loans.queries import list_loans_by_id
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.doors.http import CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/bank", tags=["bank"])

READERS = by("county", "bank", "auditor")
Bank = Annotated[Act, by("bank")]
County = Annotated[Act, by("county")]
Payer = Annotated[Act, by("department", units=("finance",))]
RELEASE_READERS = by("county", "department", "auditor", units=("finance",))


@router.post("/events", response_model=EventResults)
async def record_bank_events(
    body: BankEventBatch, connection: Transaction, act: Bank, policy: CurrentPolicy
) -> Results:
    """Events about the bank's own loans; a repeat changes nothing."""
    return body.answered(await actions.record_bank_events(connection, act, policy, body.sound))


@router.get("/events", dependencies=[READERS])
async def list_events(connection: Paging, at: Cursor, state: EventState | None = None) -> Page[EventShown]:
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


@router.post("/releases")
async def propose_releases(body: Batch[ReleaseProposed], connection: Transaction, act: County) -> Results:
    """Events in quarantine that are right after all, as the office found out."""
    return body.answered(await actions.propose_releases(connection, act, body.sound))


@router.post("/releases/confirmations")
async def confirm_releases(
    body: Batch[Confirmation], connection: Transaction, act: Payer, policy: CurrentPolicy
) -> Results:
    """The finance bureau's word on them, by another person; what it confirms is booked."""
    return body.answered(await actions.confirm_releases(connection, act, policy, body.sound))


@router.get("/releases", dependencies=[RELEASE_READERS])
async def list_proposed_releases(
    connection: Paging, at: Cursor, state: ReleaseState | None = None
) -> Page[ReleaseShown]:
    """Releases by id, with what became of them."""
    return page(ReleaseShown, await list_releases(connection, at, state), at)
