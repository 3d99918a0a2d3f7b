"""Doors to the interest discount: make, check, list and export a quarter's claim."""

import csv
import io
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from services.finance.discounts import actions, queries
from services.finance.discounts.schemas import Claim, ClaimLine, ClaimOrder, ClaimSummary, ClaimTaken, DiscountTotals
from shared.acts.bodies import Cursor, Page, page
from shared.acts.decisions import list_missing
from shared.acts.reasons import missing_shown
from shared.doors.files import Csv
from shared.doors.http import CurrentPolicy, IdempotencyKey, Paging, Reading, Transaction, by, once
from shared.ground.context import Act
from shared.values.money import yuan

router = APIRouter(prefix="/discounts", tags=["discounts"])

READERS = by("county", "department", "bank", "auditor", units=("finance",))
Clerk = Annotated[Act, by("county")]
# The office checks what it had made before the bureau did.
Payer = Annotated[Act, by("county", "department", units=("finance",))]


@router.post("/claims", response_model=ClaimTaken)
async def make_claim(
    request: Request,
    body: ClaimOrder,
    connection: Transaction,
    act: Clerk,
    policy: CurrentPolicy,
    key: IdempotencyKey = "",
) -> JSONResponse:
    """Claim a bank's settled interest of a quarter."""
    return await once(
        request,
        connection,
        act,
        key,
        lambda: actions.make_claim(connection, act, policy, body.bank, body.quarter_end_on),
    )


@router.post("/claims/{claim_id}/check")
async def check_claim(claim_id: UUID, connection: Transaction, act: Payer, policy: CurrentPolicy) -> ClaimTaken:
    """Find a claim right, once; by the finance bureau, which pays it, and another person than the one who made it.

    Lines of households that were struck since are paid nothing once somebody has looked; until then, and while they are
    frozen, they wait for a later claim.
    """
    return await actions.check_claim(connection, act, policy, claim_id)


@router.get("/claims", dependencies=[READERS])
async def list_claims(connection: Paging, at: Cursor) -> Page[ClaimSummary]:
    """Claims of the caller's area or bank, by id."""
    return page(ClaimSummary, await queries.list_claims(connection, at), at)


@router.get("/claims/{claim_id}", dependencies=[READERS])
async def get_claim(claim_id: UUID, connection: Reading) -> Claim:
    """One claim with all its lines, also those that are not paid, and why."""
    claim = await queries.get_claim(connection, claim_id)
    lines = await queries.list_lines(connection, claim_id)
    missing = await list_missing(connection, [line.decision_id for line in lines if line.missing])
    items = [ClaimLine(**line._asdict(), why=missing_shown(missing.get(line.decision_id, []))) for line in lines]
    return Claim(**claim._asdict(), items=items)


@router.get("/claims/{claim_id}/export", response_class=Csv, dependencies=[READERS])
async def export_claim(claim_id: UUID, connection: Reading) -> Csv:
    """What is paid, as CSV for the treasury: claim, loan number, period, yuan; no names."""
    await queries.get_claim(connection, claim_id)
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(["claim_id", "loan_no", "period_start_on", "period_end_on", "amount_yuan"])
    for x in await queries.list_lines(connection, claim_id):
        if x.outcome != "refused":
            amount = yuan(x.amount_fen).replace(",", "")
            writer.writerow([claim_id, x.loan_no, x.period_start_on, x.period_end_on, amount])
    name = {"Content-Disposition": f'attachment; filename="claim-{claim_id}.csv"'}
    return Csv(sheet.getvalue(), headers=name)


@router.get("/summary", dependencies=[READERS])
async def show_totals(connection: Reading) -> DiscountTotals:
    """What was claimed so far, and what of it was checked; fen."""
    return DiscountTotals(**await queries.get_summary(connection))
