"""Doors to loans: applications in batches, lists without names, one loan, the totals."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.finance.loans import actions, queries
from services.finance.loans.schemas import (
    ApplicationResults,
    Loan,
    LoanApplications,
    LoanPage,
    LoanSummary,
    LoanTotals,
)
from shared.doors.http import CurrentPolicy, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/loans", tags=["loans"])

FIRST = UUID(int=0)
READERS = by("county", "township", "village", "team", "helper", "bank", "auditor")
Applicant = Annotated[Act, by("village", "team", "helper")]


@router.post("/applications")
async def apply_for_loans(
    body: LoanApplications, connection: Transaction, act: Applicant, policy: CurrentPolicy
) -> ApplicationResults:
    """Up to 1,000 applications, decided at once, a result for each."""
    return ApplicationResults(results=await actions.decide_applications(connection, act, policy, body.items))


@router.get("", dependencies=[READERS])
async def list_loans(
    connection: Transaction, cursor: UUID = FIRST, state: str | None = None, bank: str | None = None,
    household_id: UUID | None = None, limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> LoanPage:  # fmt: skip
    """Loans of the caller's area or bank, by id. `next` is the cursor of the following page."""
    rows = await queries.list_loans(connection, cursor, limit, state, bank, household_id)
    items = [LoanSummary(**row) for row in rows]
    return LoanPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/summary", dependencies=[READERS])
async def show_totals(connection: Transaction) -> LoanTotals:
    """Sums over the caller's area or bank; fen."""
    return LoanTotals(**await queries.get_summary(connection))


@router.get("/{loan_id}", dependencies=[READERS])
async def get_loan(loan_id: UUID, connection: Transaction) -> Loan:
    """One loan, with what it owes."""
    shown: dict[str, Any] = dict(await queries.get_loan(connection, loan_id))
    return Loan(**shown)
