"""What a bank's event does to a loan: a pure state machine.

approved -> granted -> disbursed <-> overdue -> settled; a declined loan ends and frees the household. An event whose
predecessor has not arrived is held; one that may never be is refused with a code (domain notes 2.3, "Bank posts").
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from services.finance.ledger.rules import Entry, transfer
from services.finance.loans.rules import Movement, interest_due_fen
from services.finance.loans.rules import State as LoanStanding
from shared.values.dates import Period, add_months

Kind = Literal["decision", "disbursement", "interest_settled", "repayment", "overdue", "settled"]
State = Literal["applied", "held", "refused"]
CLOSED = ("declined", "settled")


@dataclass(frozen=True, slots=True)
class RepaymentPolicy:
    """What a repayment is taken for, in this order."""

    repayment_order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoanState:
    """A loan as its events have left it; amounts in fen."""

    state: LoanStanding
    approved_fen: int
    term_months: int
    rate_ppm: int
    approved_on: date
    decided_on: date | None = None
    disbursed_on: date | None = None
    due_on: date | None = None
    settled_on: date | None = None
    disbursed_fen: int = 0
    principal_fen: int = 0
    interest_fen: int = 0
    interest_owed_fen: int = 0
    penalty_fen: int = 0
    overdue_fen: int = 0
    overdue_since: date | None = None
    movements: tuple[Movement, ...] = ()
    settled: tuple[Period, ...] = ()
    posted_fen: int = 0

    @property
    def owed_fen(self) -> int:
        """What the household has to pay before the loan can be settled."""
        return self.principal_fen + self.interest_owed_fen + self.penalty_fen


@dataclass(frozen=True, slots=True)
class Posted:
    """An event as a bank sent it, its shape already checked for its kind."""

    kind: Kind
    occurred_on: date
    amount_fen: int = 0
    penalty_fen: int = 0
    approved: bool = False
    rate_ppm: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedInterest(Posted):
    """Settled interest of a period."""

    period: Period


@dataclass(frozen=True, slots=True)
class Applied:
    """The loan afterwards, what to book, and what was settled or ended by it."""

    loan: LoanState
    entries: tuple[Entry, ...] = ()
    due_fen: int | None = None
    ended_spell: Period | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Its predecessor has not arrived; `code` says which."""

    code: str


@dataclass(frozen=True, slots=True)
class Refused:
    code: str


Outcome = Applied | Held | Refused


def _refused(reason: str) -> Refused:
    return Refused(f"finance.bank.{reason}")


def _held(reason: str) -> Held:
    return Held(f"finance.bank.{reason}")


def apply_bank_event(loan: LoanState, event: Posted, repayment_order: Sequence[str]) -> Outcome:
    """What becomes of the event; the loan itself is not changed, a new one is returned."""
    if loan.state in CLOSED:
        return _refused("loan_closed")
    if event.kind == "decision":
        return _decide(loan, event)
    if event.kind == "disbursement":
        return _disburse(loan, event)
    return _run(loan, event, repayment_order)


def _run(loan: LoanState, event: Posted, repayment_order: Sequence[str]) -> Outcome:
    if loan.disbursed_on is None:
        return _held("awaits_disbursement")
    if event.occurred_on < loan.disbursed_on:
        return _refused("dates_reversed")
    if event.kind == "repayment":
        return _repay(loan, event, repayment_order)
    if isinstance(event, PostedInterest):
        return _settle_interest(loan, event)
    return _RUNNING_KINDS[event.kind](loan, event)


def _decide(loan: LoanState, event: Posted) -> Outcome:
    if loan.state != "approved":
        return _refused("already_decided")
    if event.occurred_on < loan.approved_on:
        return _refused("dates_reversed")
    state: LoanStanding = "granted" if event.approved else "declined"
    rate = event.rate_ppm or loan.rate_ppm
    return Applied(replace(loan, state=state, decided_on=event.occurred_on, rate_ppm=rate))


def _disburse(loan: LoanState, event: Posted) -> Outcome:
    if loan.decided_on is None:
        return _held("awaits_decision")
    if loan.state != "granted":
        return _refused("already_disbursed")
    if event.occurred_on < loan.decided_on:
        return _refused("dates_reversed")
    if event.amount_fen > loan.approved_fen:
        return _refused("over_approved")
    paid = replace(
        loan,
        state="disbursed",
        rate_ppm=event.rate_ppm or loan.rate_ppm,
        disbursed_on=event.occurred_on,
        due_on=add_months(event.occurred_on, loan.term_months),
        disbursed_fen=event.amount_fen,
        principal_fen=event.amount_fen,
        movements=(Movement(event.occurred_on, event.amount_fen),),
    )
    return Applied(paid, transfer("loan_principal", "bank_clearing", event.amount_fen))


# What the bank has posted rules for claims; where it differs from what we find due, the difference is reported.
def _settle_interest(loan: LoanState, event: PostedInterest) -> Outcome:
    period = event.period
    if loan.disbursed_on is None or period.start_on < loan.disbursed_on:
        return _refused("dates_reversed")
    if period.end_on > event.occurred_on + timedelta(days=1):
        return _refused("period_not_over")
    if any(p.start_on < period.end_on and period.start_on < p.end_on for p in loan.settled):
        return _refused("period_overlaps")
    due = interest_due_fen(loan.movements, loan.rate_ppm, period.end_on, loan.posted_fen)
    posted = replace(
        loan,
        interest_fen=loan.interest_fen + event.amount_fen,
        posted_fen=loan.posted_fen + event.amount_fen,
        settled=(*loan.settled, period),
    )
    return Applied(posted, transfer("interest_receivable", "interest_income", event.amount_fen), due_fen=due)


def allocate(amount_fen: int, owed: dict[str, int], order: Sequence[str]) -> dict[str, int]:
    """Share a repayment out over what is owed, in the order of the product; the sum may be less than the amount."""
    shares = dict.fromkeys(owed, 0)
    for name in order:
        shares[name] = min(amount_fen - sum(shares.values()), owed[name])
    return shares


# Interest that the county is to pay is not taken from the household; what was refused it is [choice].
def _repay(loan: LoanState, event: Posted, order: Sequence[str]) -> Outcome:
    if event.amount_fen > loan.owed_fen:
        return _refused("over_repayment")
    owed = {"penalty": loan.penalty_fen, "interest": loan.interest_owed_fen, "principal": loan.principal_fen}
    shares = allocate(event.amount_fen, owed, order)
    accounts = {"penalty": "penalty_receivable", "interest": "interest_receivable", "principal": "loan_principal"}
    entries = tuple(e for name in order for e in transfer("bank_clearing", accounts[name], shares[name]))
    after = replace(
        loan,
        penalty_fen=loan.penalty_fen - shares["penalty"],
        interest_fen=loan.interest_fen - shares["interest"],
        interest_owed_fen=loan.interest_owed_fen - shares["interest"],
        principal_fen=loan.principal_fen - shares["principal"],
    )
    if shares["principal"]:
        after = replace(after, movements=(*loan.movements, Movement(event.occurred_on, -shares["principal"])))
    return _with_less_overdue(after, event, entries)


def _with_less_overdue(loan: LoanState, event: Posted, entries: tuple[Entry, ...]) -> Applied:
    since = loan.overdue_since
    # A repayment of a day before was known to the bank when it reported what is overdue.
    if since is None or (event.occurred_on < since and loan.owed_fen):
        return Applied(loan, entries)
    left = max(0, loan.overdue_fen - event.amount_fen) if loan.owed_fen else 0
    if left:
        return Applied(replace(loan, overdue_fen=left), entries)
    cleared = replace(loan, state="disbursed", overdue_fen=0, overdue_since=None)
    return Applied(cleared, entries, ended_spell=_spell(since, event.occurred_on))


def _spell(since: date | None, until: date) -> Period | None:
    return Period(since, until) if since and since < until else None


def _report_overdue(loan: LoanState, event: Posted) -> Outcome:
    if event.amount_fen > loan.principal_fen + loan.interest_fen + loan.penalty_fen + event.penalty_fen:
        return _refused("over_outstanding")
    since = loan.overdue_since or event.occurred_on
    # Reported late for an earlier day: the spell is longer, the amount is the later report's.
    earlier = event.occurred_on < since
    overdue = replace(
        loan,
        state="overdue",
        overdue_since=min(since, event.occurred_on),
        overdue_fen=loan.overdue_fen if earlier else event.amount_fen,
        penalty_fen=loan.penalty_fen + event.penalty_fen,
    )
    return Applied(overdue, transfer("penalty_receivable", "penalty_income", event.penalty_fen))


# The last repayment may still be on its way, so a loan that owes something waits rather than refuses.
def _settle(loan: LoanState, event: Posted) -> Outcome:
    if loan.owed_fen:
        return _held("awaits_repayment")
    if event.occurred_on < max(m.on for m in loan.movements):
        return _refused("dates_reversed")
    settled = replace(loan, state="settled", settled_on=event.occurred_on, overdue_fen=0, overdue_since=None)
    return Applied(settled, ended_spell=_spell(loan.overdue_since, event.occurred_on))


_RUNNING_KINDS: dict[str, Callable[[LoanState, Posted], Outcome]] = {"overdue": _report_overdue, "settled": _settle}
