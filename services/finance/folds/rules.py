"""A loan is a fold of its events by day, then rank, then serial, never by arrival: pure rules.

What the county and its people decided (an approval, a release, a checked claim) is given, each with its own day, and is
never made again. What an event does at its place says `services/finance/effects/rules.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from services.finance.effects.rules import (
    Applied,
    Figures,
    Held,
    Kind,
    Outcome,
    Posted,
    Quarantined,
    Refused,
    Reversed,
    apply_bank_event,
    covered_by,
    matured,
)
from services.finance.loans.rules import Coverage, LoanState

# Of one day: interest is settled before anything is said of it, a repayment answers what was told overdue, what is
# settled was repaid, and a reversal comes behind what it takes back.
RANKS: Mapping[Kind, int] = MappingProxyType(
    {
        "decision": 0,
        "disbursement": 1,
        "interest_settled": 2,
        "overdue": 3,
        "repayment": 4,
        "settled": 5,
        "reversal": 6,
    }
)
# A claim is checked in the evening: behind all that the bank said of its day.
CHECKED = len(RANKS)
Place = tuple[date, int, str]
EventState = Literal["applied", "held", "refused", "quarantined", "reversed"]


@dataclass(frozen=True, slots=True)
class Folded:
    """The loan as it stands, and of each event what became of it, in the order of the fold."""

    loan: LoanState
    outcomes: Mapping[UUID, Outcome]

    @property
    def waits(self) -> bool:
        return any(isinstance(outcome, Held) for outcome in self.outcomes.values())


def state_of(outcome: Outcome) -> tuple[EventState, str | None]:
    """What an event stands at, and why."""
    match outcome:
        case Applied():
            return "applied", None
        case Reversed():
            return "reversed", None
        case Held():
            return "held", outcome.code
        case Refused():
            return "refused", outcome.code
        case Quarantined():
            return "quarantined", outcome.code


def place(event: Posted) -> Place:
    """Where an event stands; serials are printable ASCII, so that Python compares them as PostgreSQL's "C" does."""
    return event.occurred_on, RANKS[event.kind], event.serial


def fold(terms: LoanState, events: Iterable[Posted], covered: Iterable[Coverage], figures: Figures) -> Folded:
    """The loan that its events make of its terms.

    `terms` is the loan as it was approved, or as an earlier fold has left it where everything here comes behind
    everything there and nothing there waits: a fold goes on where it stopped.
    """
    ordered = sorted(events, key=place)
    outcomes = _reversals(terms, ordered)
    steps: list[tuple[Place, Posted | Coverage]] = [(place(e), e) for e in ordered if e.id not in outcomes]
    steps += [((line.on, CHECKED, f"{line.period.start_on}"), line) for line in covered]
    loan = terms
    for _, step in sorted(steps, key=lambda one: one[0]):
        if isinstance(step, Coverage):
            loan = covered_by(loan, step)
            continue
        outcome = outcomes[step.id] = apply_bank_event(loan, step, figures)
        loan = _after(loan, step, outcome)
    for event in ordered:
        outcomes[event.id] = _asked_again(loan, event, outcomes[event.id], figures)
    return Folded(loan, {event.id: outcomes[event.id] for event in ordered})


def _after(loan: LoanState, event: Posted, outcome: Outcome) -> LoanState:
    """Time passes also with an event that does nothing."""
    return outcome.loan if isinstance(outcome, Applied) else matured(loan, event.occurred_on)


# A day that lies before its predecessor's is wrong; what has no predecessor yet waits.
def _asked_again(loan: LoanState, event: Posted, outcome: Outcome, figures: Figures) -> Outcome:
    if not isinstance(outcome, Held) or event.kind == "reversal":
        return outcome
    again = apply_bank_event(loan, event, figures)
    return again if isinstance(again, Refused) else outcome


def _reversals(terms: LoanState, ordered: Sequence[Posted]) -> dict[UUID, Outcome]:
    """What becomes of the reversals, and of what they take back.

    A reversal stands behind its target, so the last one is the first of which it is sure that nothing takes it back.
    Of two that take back the same the first stands.
    """
    named = {event.serial: event for event in ordered}
    found, taken_by = dict[UUID, Outcome](), dict[UUID, UUID]()
    for event in reversed(ordered):
        if event.kind != "reversal" or event.id in found:
            continue
        target = named.get(event.reverses)
        against = _against(event, target)
        found[event.id] = against or Applied(terms)
        if target is None or against:
            continue
        if target.id in taken_by:
            found[taken_by[target.id]] = Refused("finance.bank.already_reversed")
        found[target.id], taken_by[target.id] = Reversed(), event.id
    return found


def _against(reversal: Posted, target: Posted | None) -> Held | Refused | None:
    """Why a reversal takes nothing back; of another bank's serial nothing is known here, ever."""
    if reversal.reverses == reversal.serial:
        return Refused("finance.bank.reverses_itself")
    if reversal.elsewhere:
        return Refused("finance.bank.reverses_other_loan")
    if target is None:
        return Held("finance.bank.awaits_target")
    return Refused("finance.bank.dates_reversed") if place(target) > place(reversal) else None
