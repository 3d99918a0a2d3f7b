"""Doors to payouts: make, check and send a batch, take in the bank's answer, show what is owed and paid."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse

from services.industry.payouts import actions, queries
from services.industry.payouts.rules import payment_file
from services.industry.payouts.schemas import (
    Batch,
    BatchMade,
    BatchOrder,
    BatchPage,
    BatchState,
    PayoutLine,
    PayoutLinePage,
    PayoutTotals,
    PurposeTotals,
    ReturnTaken,
)
from shared.data.sql import Row
from shared.doors.http import CurrentPolicy, IdempotencyKey, Transaction, by, once
from shared.ground.context import Act
from shared.ground.problems import Problem

router = APIRouter(prefix="/payouts", tags=["payouts"])

FIRST = UUID(int=0)
LARGEST_BYTES = 20 * 1024 * 1024
LONGEST_SECONDS = 60
CSV = "application/octet-stream"
READERS = by("county", "township", "village", "team", "helper", "auditor")
OF_BATCHES = by("county", "bank", "auditor")
Clerk = Annotated[Act, by("county")]
Answerer = Annotated[Act, by("county", "bank")]
Limit = Annotated[int, Query(ge=1, le=1000)]


async def read_body(request: Request) -> bytes:
    """The raw file; what is too long, or does not end, is not waited for."""
    content = bytearray()
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            async for chunk in request.stream():
                content += chunk
                if len(content) > LARGEST_BYTES:
                    raise Problem("shared.too_large", limit_bytes=LARGEST_BYTES)
    except TimeoutError as error:
        raise Problem("industry.payouts.too_slow", seconds=LONGEST_SECONDS) from error
    return bytes(content)


@router.post("/batches", response_model=BatchMade)
async def make_batch(
    request: Request, body: BatchOrder, connection: Transaction, act: Clerk, policy: CurrentPolicy,
    key: IdempotencyKey = "",
) -> JSONResponse:  # fmt: skip
    """Put what is owed into a batch for the paying bank."""
    return await once(
        request, connection, act, key, lambda: actions.make_batch(connection, act, policy, body)
    )  # fmt: skip


@router.post("/batches/{batch_id}/check")
async def check_batch(batch_id: UUID, connection: Transaction, act: Clerk) -> BatchState:
    """Find a batch right; by another person than the one who made it, once."""
    return await actions.check_batch(connection, act, batch_id)


@router.get("/batches/{batch_id}/file", dependencies=[OF_BATCHES])
async def export_batch(batch_id: UUID, connection: Transaction) -> PlainTextResponse:
    """A checked batch as CSV for the bank: number of the line, household, yuan; then the total. No names."""
    batch = await queries.get_batch(connection, batch_id)
    if batch["state"] == "made":
        raise Problem("industry.payouts.not_checked")
    lines = await queries.list_batch_lines(connection, batch_id)
    content = await asyncio.to_thread(payment_file, ((x["line_no"], x["household_id"], x["amount_fen"]) for x in lines))
    name = {"Content-Disposition": f'attachment; filename="payout-{batch["batch_no"]}.csv"'}
    return PlainTextResponse(content, media_type="text/csv; charset=utf-8", headers=name)


# The order matters: first who it is, then the body, and only then a connection, which a slow sender would hold.
@router.post(
    "/batches/{batch_id}/return",
    openapi_extra={"requestBody": {"required": True, "content": {CSV: {"schema": {"type": "string"}}}}},
)  # fmt: skip
async def record_return(
    batch_id: UUID, act: Answerer, content: Annotated[bytes, Depends(read_body)], connection: Transaction
) -> ReturnTaken:
    """The bank's answer as CSV: line_no, amount_yuan, result (paid, returned), code, paid_on; then the total.

    What fits is taken, what does not is reported by row. The same file again changes nothing.
    """
    return await actions.record_return(connection, act, batch_id, await actions.read_answers(content))


@router.get("/batches", dependencies=[OF_BATCHES])
async def list_batches(
    connection: Transaction, cursor: UUID = FIRST, state: str | None = None, limit: Limit = 100
) -> BatchPage:
    """Batches of the caller's area or bank, by id. `next` is the cursor of the following page."""
    items = [_shown(row) for row in await queries.list_batches(connection, cursor, limit, state)]
    return BatchPage(items=items, next=str(items[-1].batch_id) if len(items) == limit else None)


@router.get("/batches/{batch_id}", dependencies=[OF_BATCHES])
async def get_batch(batch_id: UUID, connection: Transaction) -> Batch:
    return _shown(await queries.get_batch(connection, batch_id))


@router.get("/lines", dependencies=[READERS])
async def list_lines(
    connection: Transaction, cursor: UUID = FIRST, household_id: UUID | None = None, batch_id: UUID | None = None,
    state: str | None = None, limit: Limit = 100,
) -> PayoutLinePage:  # fmt: skip
    """Lines of payment of the caller's area, by id. `next` is the cursor of the following page."""
    rows = await queries.list_lines(connection, cursor, limit, household_id, batch_id, state)
    items = [PayoutLine(**row) for row in rows]
    return PayoutLinePage(items=items, next=str(items[-1].payment_id) if len(items) == limit else None)


@router.get("/summary", dependencies=[READERS])
async def show_totals(connection: Transaction) -> PayoutTotals:
    """What is owed and what was paid in the caller's area, by purpose; fen."""
    return PayoutTotals(items=[PurposeTotals(**row) for row in await queries.list_summary(connection)])


def _shown(row: Row) -> Batch:
    return Batch(batch_id=row["id"], **{name: row[name] for name in Batch.model_fields if name != "batch_id"})
