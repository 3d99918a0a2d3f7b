"""Doors to loans: applications in batches, lists without names, one loan, the totals."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.finance.loans import actions, queries
from services.finance.loans.rules import State
from services.finance.loans.schemas import ApplicationResults, Loan, LoanApplication, LoanNo, LoanSummary, LoanTotals
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked, one_of_two
from shared.doors.http import CurrentPolicy, Paging, Reading, Transaction, by, require_known
from shared.ground.context import Act
from shared.values.inputs import Word

router = APIRouter(prefix="/loans", tags=["loans"])

# A helper learns nothing of loans, and applies for none.
READERS = by("county", "township", "village", "team", "villager", "bank", "auditor")
Applicant = Annotated[Act, by("village", "team")]


async def _asked(connection: Paging, loan_id: UUID | None = None, loan_no: LoanNo | None = None) -> UUID | None:
    if loan_no is None:
        return loan_id
    if loan_id is not None:
        raise one_of_two("loan_id")
    return await queries.find_id(connection, loan_no)


# `loan_id` or `loan_no` of the query; None where neither is asked for.
LoanAsked = Annotated[UUID | None, Depends(_asked)]


@router.post("/applications", response_model=ApplicationResults)
async def apply_for_loans(
    body: Batch[LoanApplication], connection: Transaction, act: Applicant, policy: CurrentPolicy
) -> Results:
    """Applications, decided at once; one that is approved is accepted."""
    return body.answered(await actions.decide_applications(connection, act, policy, body.sound))


@router.get("", dependencies=[READERS])
async def list_loans(
    connection: Paging,
    at: Cursor,
    policy: CurrentPolicy,
    household_id: HouseholdAsked,
    state: State | None = None,
    bank: Word | None = None,
    loan_no: LoanNo | None = None,
) -> Page[LoanSummary]:
    """Loans of the caller's area or bank, by id; `bank` is one of the policy's."""
    require_known("bank", bank, policy.words("lending_banks"))
    filters = {"state": state, "bank": bank, "household_id": household_id, "loan_no": loan_no}
    rows = await queries.list_loans(connection, at, **filters)
    holds = await queries.list_open_holds(connection, rows)
    shown = [LoanSummary(**row._asdict(), holds=kinds) for row, kinds in zip(rows, holds, strict=True)]
    return page(LoanSummary, shown, at)


@router.get("/summary", dependencies=[READERS])
async def show_totals(connection: Reading) -> LoanTotals:
    """Sums over the caller's area or bank; fen."""
    return LoanTotals(**await queries.get_summary(connection))


@router.get("/{loan_id}", dependencies=[READERS])
async def get_loan(loan_id: UUID, connection: Reading) -> Loan:
    """One loan, with what it owes."""
    row = await queries.get_loan(connection, loan_id)
    (holds,) = await queries.list_open_holds(connection, [row])
    return Loan(**row._asdict(), holds=holds)
