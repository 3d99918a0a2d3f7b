"""Doors to the ledger; nothing is written through them."""

from itertools import groupby

from fastapi import APIRouter

from services.finance.ledger import queries
from services.finance.ledger.schemas import AccountSums, Journals, JournalShown, Posting, TrialBalance
from services.finance.loans.api import LoanAsked
from shared.acts.numbers import one_of_two
from shared.doors.http import Paging, Reading, by

router = APIRouter(prefix="/ledger", tags=["ledger"])


@router.get("/trial-balance", dependencies=[by("county", "bank", "auditor")])
async def show_trial_balance(connection: Reading) -> TrialBalance:
    """Debits and credits of every account, of all loans the caller may see; fen."""
    accounts = [AccountSums(**row._asdict()) for row in await queries.list_trial_balance(connection)]
    debit, credit = sum(a.debit_fen for a in accounts), sum(a.credit_fen for a in accounts)
    return TrialBalance(accounts=accounts, debit_fen=debit, credit_fen=credit, balanced=debit == credit)


@router.get("/entries", dependencies=[by("county", "township", "village", "team", "villager", "bank", "auditor")])
async def list_entries(connection: Paging, loan_id: LoanAsked) -> Journals:
    """A loan's book, by date."""
    if loan_id is None:
        raise one_of_two("loan_id")
    rows = await queries.list_entries(connection, loan_id)
    items = []
    for _, group in groupby(rows, key=lambda r: r.id):
        lines = list(group)
        postings = [Posting(account=r.account, debit_fen=r.debit_fen, credit_fen=r.credit_fen) for r in lines]
        items.append(JournalShown(**lines[0]._asdict(), postings=postings))
    return Journals(items=items)
