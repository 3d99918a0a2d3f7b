"""Doors to withdrawals: by who applied, or on paper by two officials."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registry.withdrawals import actions, queries
from services.registry.withdrawals.rules import State
from services.registry.withdrawals.schemas import OwnWithdrawal, SignedWithdrawal, WithdrawalShown
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.papers import RECORDERS
from shared.doors.http import Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/identifications/withdrawals", tags=["withdrawals"])

Recorder = Annotated[Act, by(*RECORDERS)]


@router.post("")
async def withdraw(body: Batch[OwnWithdrawal], connection: Transaction, act: Annotated[Act, by("villager")]) -> Results:
    """Who applied takes his application back, at any step before the announcement."""
    return body.answered(await actions.withdraw(connection, act, body.sound))


@router.post("/papers")
async def record(body: Batch[SignedWithdrawal], connection: Transaction, act: Recorder) -> Results:
    """Signed sheets, recorded by who neither helps nor decides."""
    return body.answered(await actions.record(connection, act, body.sound))


@router.post("/confirmations")
async def confirm(body: Batch[Confirmation], connection: Transaction, act: Recorder) -> Results:
    """By another person: confirmed, the application has ended; not confirmed, it goes on."""
    return body.answered(await actions.confirm(connection, act, body.sound))


@router.get("", dependencies=[by("county", "township", "village", "team", "auditor")])
async def list_withdrawals(
    connection: Paging, at: Cursor, state: State | None = None, identification_id: UUID | None = None
) -> Page[WithdrawalShown]:
    """Sheets of the caller's area, by id."""
    rows = await queries.list_withdrawals(connection, at, state=state, identification_id=identification_id)
    return page(WithdrawalShown, rows, at)
