"""What one event of a bank does to a loan, at its place in the loan's life: a pure state machine.

approved -> granted -> disbursed <-> overdue -> settled; a declined loan ends and frees the household. An event whose
predecessor is not known is held; one that may not be is refused; one that cannot be right is kept in quarantine until a
person has looked. Each with a code (domain notes 2.3, "Bank posts"). Which events come before is the fold's matter
(`services/finance/folds/rules.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from services.finance.ledger.rules import Entry, transfer
from services.finance.loans.rules import (
    Coverage,
    LoanState,
    Movement,
    RatePolicy,
    SettledInterest,
    State,
    benchmark_ppm,
    due_of,
    fen_days,
    interest_due_fen,
    interest_fen,
)
from shared.values.dates import Period, add_months
from shared.values.money import half_up

Kind = Literal["decision", "disbursement", "interest_settled", "repayment", "overdue", "settled", "reversal"]
CLOSED = ("declined", "settled")
MILLION = 1_000_000
ACCOUNTS = {"penalty": "penalty_receivable", "interest": "interest_receivable", "principal": "loan_principal"}


@dataclass(frozen=True, slots=True)
class EventPolicy:
    """What events are held against, as in force on their own day or the contract's, never on the clerk's.

    `repayment_order`: what a repayment is taken for. The tolerances of interest are added up.
    """

    repayment_order: tuple[str, ...]
    rate_capped: bool
    overdue_rate_ppm: int
    interest_tolerance_ppm: int
    interest_tolerance_fen: int
    rates: RatePolicy


Figures = Callable[[date], EventPolicy]


@dataclass(frozen=True, slots=True)
class Posted:
    """An event as a bank sent it, its shape already checked for its kind.

    `released`: two persons of the county found it right though it looks wrong. `elsewhere`: the serial that it
    reverses is one of another loan.
    """

    kind: Kind
    occurred_on: date
    amount_fen: int = 0
    penalty_fen: int = 0
    approved: bool = False
    rate_ppm: int | None = None
    period: Period | None = None
    serial: str = ""
    reverses: str = ""
    released: bool = False
    elsewhere: bool = False
    id: UUID = field(default=UUID(int=0), compare=False)


@dataclass(frozen=True, slots=True)
class Applied:
    """The loan afterwards, and what to book."""

    loan: LoanState
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """Its predecessor is not known; `code` says which."""

    code: str


@dataclass(frozen=True, slots=True)
class Refused:
    code: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """It cannot be right as it stands; `code` says what about it."""

    code: str


@dataclass(frozen=True, slots=True)
class Reversed:
    """The bank took it back: it is left out."""


Outcome = Applied | Held | Refused | Quarantined | Reversed


def _refused(reason: str) -> Refused:
    return Refused(f"finance.bank.{reason}")


def _held(reason: str) -> Held:
    return Held(f"finance.bank.{reason}")


def _quarantined(reason: str) -> Quarantined:
    return Quarantined(f"finance.bank.{reason}")


def apply_bank_event(before: LoanState, event: Posted, figures: Figures) -> Outcome:
    """What becomes of the event; the loan itself is not changed, a new one is returned."""
    loan = matured(before, event.occurred_on)
    if loan.state in CLOSED:
        return _refused("loan_closed")
    if event.kind == "decision":
        return _decide(loan, event, figures)
    if event.kind == "disbursement":
        return _disburse(loan, event, figures)
    if loan.disbursed_on is None:
        return _held("awaits_disbursement")
    if event.occurred_on < loan.disbursed_on:
        return _refused("dates_reversed")
    return _RUNNING_KINDS[event.kind](loan, event, figures)


# What is not repaid on the due day is overdue from the next day on, told or not [known].
def matured(loan: LoanState, on: date) -> LoanState:
    """The loan on a day, of which nothing has been told yet."""
    if loan.matured or loan.due_on is None or on <= loan.due_on or not loan.principal_fen:
        return loan
    first_on = loan.due_on + timedelta(days=1)
    return replace(
        loan,
        state="overdue",
        matured=True,
        overdue_since=loan.overdue_since or first_on,
        overdue_fen=loan.owed_fen,
        overdue_on=max(loan.overdue_on or first_on, first_on),
    )


def covered_by(before: LoanState, line: Coverage) -> LoanState:
    """The loan once a claim's line was checked: what the county pays is not the household's."""
    loan = matured(before, line.on)
    return replace(loan, covered=(*loan.covered, line))


def _decide(loan: LoanState, event: Posted, figures: Figures) -> Outcome:
    if loan.state != "approved":
        return _refused("already_decided")
    if event.occurred_on < loan.approved_on:
        return _refused("dates_reversed")
    if event.approved and _above_benchmark(loan, event, event.occurred_on, figures):
        return _quarantined("rate_above_benchmark")
    state: State = "granted" if event.approved else "declined"
    return Applied(replace(loan, state=state, decided_on=event.occurred_on, rate_ppm=event.rate_ppm or loan.rate_ppm))


# Rate at most the benchmark (domain notes 2.3 "Product"), as it was on the day of the contract, where the product says
# so.
def _above_benchmark(loan: LoanState, event: Posted, contract_on: date, figures: Figures) -> bool:
    if event.rate_ppm is None or event.released:
        return False
    policy = figures(contract_on)
    return policy.rate_capped and event.rate_ppm > benchmark_ppm(loan.term_months, policy.rates)


def _disburse(loan: LoanState, event: Posted, figures: Figures) -> Outcome:
    if loan.decided_on is None:
        return _held("awaits_decision")
    if loan.state != "granted":
        return _refused("already_disbursed")
    if event.occurred_on < loan.decided_on:
        return _refused("dates_reversed")
    if event.amount_fen > loan.approved_fen:
        return _refused("over_approved")
    if _above_benchmark(loan, event, loan.decided_on, figures):
        return _quarantined("rate_above_benchmark")
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
def _settle_interest(loan: LoanState, event: Posted, figures: Figures) -> Outcome:
    period = event.period
    if period is None or loan.disbursed_on is None or period.start_on < loan.disbursed_on:
        return _refused("dates_reversed")
    if period.end_on > event.occurred_on + timedelta(days=1):
        return _refused("period_not_over")
    if any(s.period.start_on < period.end_on and period.start_on < s.period.end_on for s in loan.settled):
        return _refused("period_overlaps")
    if not event.released and not _interest_plausible(loan, event.amount_fen, period, figures(event.occurred_on)):
        return _quarantined("interest_implausible")
    posted = replace(loan, settled=(*loan.settled, SettledInterest(event.id, period, event.amount_fen)))
    return Applied(posted, transfer("interest_receivable", "interest_income", event.amount_fen))


# A bank that was not told of a repayment reckons with the principal of the first day, one that gives back what was too
# much before reckons with the sum: both are right in their way. On what is overdue it takes the higher rate.
def _interest_plausible(loan: LoanState, amount_fen: int, period: Period, policy: EventPolicy) -> bool:
    due = interest_fen(fen_days(loan.movements, period), loan.rate_ppm)
    due_in_all = due_of(loan, (*loan.settled, SettledInterest(UUID(int=0), period, amount_fen)))[period]
    at_first = [m for m in loan.movements if m.on <= period.start_on or m.amount_fen > 0]
    at_most = interest_fen(fen_days(at_first, period), _penal_ppm(loan, period, policy))
    lowest, highest = min(due, due_in_all), max(at_most, due_in_all)
    return lowest - _tolerance(lowest, policy) <= amount_fen <= highest + _tolerance(highest, policy)


def _tolerance(due_fen: int, policy: EventPolicy) -> int:
    return policy.interest_tolerance_fen + half_up(abs(due_fen) * policy.interest_tolerance_ppm, MILLION)


def _penal_ppm(loan: LoanState, period: Period, policy: EventPolicy) -> int:
    spells = [*loan.spells, *([Period(loan.overdue_since, date.max)] if loan.overdue_since else [])]
    late = any(s.start_on < period.end_on and period.start_on < s.end_on for s in spells)
    return half_up(loan.rate_ppm * policy.overdue_rate_ppm, MILLION) if late else loan.rate_ppm


def allocate(amount_fen: int, owed: dict[str, int], order: Sequence[str]) -> dict[str, int]:
    """Share a repayment out over what is owed, in the order of the product; the sum may be less than the amount."""
    shares = dict.fromkeys(owed, 0)
    for name in order:
        shares[name] = min(amount_fen - sum(shares.values()), owed[name])
    return shares


# What the county refused of the interest is the household's before its principal [choice]. What the county is still
# asked for, or what the bank has not settled yet, is taken from it behind the principal, or where it pays exactly that
# (先收后补, domain notes 2.3 "Discount").
def _shares(loan: LoanState, event: Posted, policy: EventPolicy) -> dict[str, int] | None:
    """What a repayment is taken for; None where it is more than that."""
    owed = {"penalty": loan.penalty_fen, "interest": loan.interest_owed_fen, "principal": loan.principal_fen}
    accrued = max(0, interest_due_fen(loan.movements, loan.rate_ppm, event.occurred_on, loan.posted_fen))
    unpaid = loan.interest_fen + max(0, accrued - loan.refund_fen)
    if event.amount_fen in {loan.penalty_fen + loan.interest_fen, loan.penalty_fen + unpaid}:
        return {"penalty": loan.penalty_fen, "interest": event.amount_fen - loan.penalty_fen, "principal": 0}
    shares = allocate(event.amount_fen, owed, policy.repayment_order)
    shares["interest"] += event.amount_fen - sum(shares.values())
    to_the_day = abs(shares["interest"] - unpaid) <= policy.interest_tolerance_fen
    return shares if shares["interest"] <= loan.interest_fen or to_the_day else None


def _repay(loan: LoanState, event: Posted, figures: Figures) -> Outcome:
    policy = figures(event.occurred_on)
    shares = _shares(loan, event, policy)
    if shares is None:
        return _refused("over_repayment")
    entries = tuple(
        e for name in policy.repayment_order for e in transfer("bank_clearing", ACCOUNTS[name], shares[name])
    )
    after = replace(
        loan,
        penalty_fen=loan.penalty_fen - shares["penalty"],
        interest_repaid_fen=loan.interest_repaid_fen + shares["interest"],
        principal_fen=loan.principal_fen - shares["principal"],
        eased_on=event.occurred_on,
    )
    if shares["principal"]:
        after = replace(after, movements=(*loan.movements, Movement(event.occurred_on, -shares["principal"])))
    return Applied(_with_less_overdue(after, event), entries)


def _with_less_overdue(loan: LoanState, event: Posted) -> LoanState:
    least = loan.principal_fen if loan.matured else 0
    left = max(least, loan.overdue_fen - event.amount_fen) if loan.owed_fen else 0
    if loan.overdue_since is None or left:
        return replace(loan, overdue_fen=left)
    return _in_order(replace(loan, state="disbursed"), event.occurred_on)


def _in_order(loan: LoanState, on: date) -> LoanState:
    """Nothing of it is overdue any more."""
    since = loan.overdue_since
    spells = (*loan.spells, Period(since, on)) if since and since < on else loan.spells
    return replace(loan, overdue_fen=0, overdue_since=None, spells=spells)


def _report_overdue(loan: LoanState, event: Posted, figures: Figures) -> Outcome:
    if event.amount_fen > loan.principal_fen + loan.interest_fen + loan.penalty_fen + event.penalty_fen:
        return _refused("over_outstanding")
    if not event.released and not _penalty_plausible(loan, event, figures(event.occurred_on)):
        return _quarantined("penalty_implausible")
    overdue = replace(
        loan,
        state="overdue",
        overdue_since=loan.overdue_since or event.occurred_on,
        overdue_fen=event.amount_fen,
        overdue_on=event.occurred_on,
        penalty_fen=loan.penalty_fen + event.penalty_fen,
    )
    return Applied(overdue, transfer("penalty_receivable", "penalty_income", event.penalty_fen))


# Overdue penalty rate +50 % [known], of what is overdue, for the days since it can have been.
def _penalty_plausible(loan: LoanState, event: Posted, policy: EventPolicy) -> bool:
    ends = [s.period.end_on for s in loan.settled if s.period.end_on <= event.occurred_on]
    since = loan.overdue_since or max((*ends, loan.disbursed_on or event.occurred_on))
    late_days = event.amount_fen * ((event.occurred_on - since).days + 1)
    highest = interest_fen(late_days, half_up(loan.rate_ppm * policy.overdue_rate_ppm, MILLION))
    return event.penalty_fen <= highest + _tolerance(highest, policy)


# The last repayment may still be on its way, so a loan that owes something waits rather than refuses.
def _settle(loan: LoanState, event: Posted, _figures: Figures) -> Outcome:
    if loan.eased_on and event.occurred_on < loan.eased_on:
        return _refused("dates_reversed")
    if loan.owed_fen:
        return _held("awaits_repayment")
    on = event.occurred_on
    return Applied(_in_order(replace(loan, state="settled", settled_on=on, eased_on=on), on))


_RUNNING_KINDS: dict[str, Callable[[LoanState, Posted, Figures], Outcome]] = {
    "interest_settled": _settle_interest,
    "repayment": _repay,
    "overdue": _report_overdue,
    "settled": _settle,
}
