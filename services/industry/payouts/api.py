"""Doors to payouts: make, check and send a batch, take in the bank's answer, show what is owed and paid."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from services.industry.payouts import actions, queries
from services.industry.payouts.files import payment_file
from services.industry.payouts.rules import SET_ASIDE, BatchState, LineState, RulingState
from services.industry.payouts.schemas import (
    BatchCheck,
    BatchChecked,
    BatchMade,
    BatchOrder,
    BatchShown,
    Held,
    LineOfBatch,
    NewRuling,
    PayoutTotals,
    PurposeTotals,
    ReturnTaken,
    RulingShown,
)
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.files import Csv, FileSent, file_of
from shared.doors.http import (
    OF_HOUSEHOLDS,
    SEE_HOUSEHOLDS,
    CurrentPolicy,
    IdempotencyKey,
    Paging,
    Reading,
    Transaction,
    by,
    once,
)
from shared.ground.context import Act
from shared.ground.problems import Problem

router = APIRouter(prefix="/payouts", tags=["payouts"])

CSV = "application/octet-stream"
READERS = by("county", "township", "village", "team", "helper", "auditor")
OF_BATCHES = by("county", "department", "bank", "auditor", units=("finance",))
OF_LINES = by(*SEE_HOUSEHOLDS, "department", units=("finance",))
Clerk = Annotated[Act, by("county")]
# The office checks what it had made before the bureau did.
Payer = Annotated[Act, by("county", "department", units=("finance",))]
Answerer = Annotated[Act, by("bank")]


@router.post("/batches", response_model=BatchMade)
async def make_batch(
    request: Request,
    body: BatchOrder,
    connection: Transaction,
    act: Clerk,
    policy: CurrentPolicy,
    key: IdempotencyKey = "",
) -> JSONResponse:
    """Put what is owed into a batch for the paying bank."""
    return await once(request, connection, act, key, lambda: actions.make_batch(connection, act, policy, body))


@router.post("/batches/{batch_id}/check")
async def check_batch(
    batch_id: UUID, connection: Transaction, act: Payer, body: BatchCheck | None = None
) -> BatchChecked:
    """Find a batch right, once; by the finance bureau, which pays it, and another person than the one who made it.

    Lines of households that left the register since are told, and sent to nobody.
    """
    aside = body is not None and body.set_aside
    return await actions.check_batch(connection, act, batch_id, set_aside=aside)


@router.get("/batches/{batch_id}/file", response_class=Csv, dependencies=[OF_BATCHES])
async def export_batch(batch_id: UUID, connection: Reading) -> Csv:
    """A checked batch as CSV for the bank: number of the line, household, yuan; then the total. No names."""
    batch = await queries.get_batch(connection, batch_id)
    if batch.state == "made":
        raise Problem("industry.payouts.not_checked")
    lines = await queries.list_batch_lines(connection, batch_id)
    rows = [(x.line_no, x.household_id, x.amount_fen) for x in lines if x.code not in SET_ASIDE]
    content = await asyncio.to_thread(payment_file, rows)
    name = {"Content-Disposition": f'attachment; filename="payout-{batch.batch_no}.csv"'}
    return Csv(content, headers=name)


# The order matters: first who it is, then the body, and only then a connection, which a slow sender would hold.
@router.post(
    "/batches/{batch_id}/return",
    openapi_extra=file_of(CSV, "The payment file with the bank's answers, CSV."),
)
async def record_return(
    batch_id: UUID,
    act: Answerer,
    content: FileSent,
    connection: Transaction,
    policy: CurrentPolicy,
) -> ReturnTaken:
    """The bank's answer as CSV: line_no, amount_yuan, result (paid, returned), code, paid_on; then the total.

    What fits is taken, what does not is reported by row. The same file again changes nothing. A spreadsheet may have
    saved it: other separators and quotes, amounts and days in its own notation.
    """
    answered, unread = await actions.read_answers(content)
    return await actions.record_return(connection, act, policy, batch_id, answered, unread)


@router.get("/batches", dependencies=[OF_BATCHES])
async def list_batches(connection: Paging, at: Cursor, state: BatchState | None = None) -> Page[BatchShown]:
    """Batches of the caller's area or bank, by id."""
    return page(BatchShown, await queries.list_batches(connection, at, state=state), at)


@router.get("/batches/{batch_id}", dependencies=[OF_BATCHES])
async def get_batch(batch_id: UUID, connection: Reading) -> BatchShown:
    """One batch: its sums, and how far it is."""
    return BatchShown.model_validate(await queries.get_batch(connection, batch_id), from_attributes=True)


@router.get("/lines", dependencies=[OF_LINES])
async def list_lines(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    batch_id: UUID | None = None,
    state: LineState | None = None,
) -> Page[LineOfBatch]:
    """Lines of payment of the caller's area, by id."""
    rows = await queries.list_lines(connection, at, household_id=household_id, batch_id=batch_id, state=state)
    return page(LineOfBatch, rows, at)


@router.get("/held", dependencies=[OF_HOUSEHOLDS])
async def list_held(connection: Paging, at: Cursor) -> Page[Held]:
    """Dues of the caller's area that go into no batch until somebody ruled on them, by id."""
    return page(Held, await queries.list_held(connection, at), at)


@router.post("/rulings")
async def propose_rulings(body: Batch[NewRuling], connection: Transaction, act: Clerk) -> Results:
    """What is to become of held dues: heirs are paid, something was changed, nothing is owed."""
    return body.answered(await actions.propose_rulings(connection, act, body.sound))


@router.post("/rulings/confirmations")
async def confirm_rulings(body: Batch[Confirmation], connection: Transaction, act: Clerk) -> Results:
    """By another person than who proposed."""
    return body.answered(await actions.confirm_rulings(connection, act, body.sound))


@router.get("/rulings", dependencies=[OF_HOUSEHOLDS])
async def list_rulings(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, state: RulingState | None = None
) -> Page[RulingShown]:
    """Of the caller's area, by id."""
    return page(RulingShown, await queries.list_rulings(connection, at, state=state, household_id=household_id), at)


@router.get("/summary", dependencies=[READERS])
async def show_totals(connection: Reading) -> PayoutTotals:
    """What is owed and what was paid in the caller's area, by purpose; fen."""
    rows = await queries.list_summary(connection)
    return PayoutTotals(items=[PurposeTotals.model_validate(row, from_attributes=True) for row in rows])
