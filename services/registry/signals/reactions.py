"""What other services' facts mean here: a household gets into difficulties, or out of them.

A loan is overdue until something is repaid or it is settled; a dividend is missed until one is paid or the agreement
ends, and missed again where the payment turns out not to have arrived; who lost a post has lost it until somebody of
the household is given one.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from services.registry.signals import actions, queries
from services.registry.signals.rules import Heard
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.finance import LoanOverdue, LoanRestated, LoanSettled, RepaymentPosted
from shared.events.industry import (
    AgreementEnded,
    DividendMissed,
    PaymentConfirmed,
    PaymentRevoked,
    PostAssigned,
    PostEnded,
)
from shared.facts.consumer import Reaction
from shared.ground.context import Act


class Meaning(NamedTuple):
    """Of which kind of signal a fact is, and which of its fields name the source and the day."""

    kind: Heard
    source: str
    on: str


BEGINS: dict[type[Payload], Meaning] = {
    LoanOverdue: Meaning("loan_overdue", "loan_id", "overdue_on"),
    DividendMissed: Meaning("dividend_missed", "agreement_id", "missed_on"),
    PostEnded: Meaning("post_ended", "assignment_id", "ended_on"),
}
ENDS: dict[type[Payload], Meaning] = {
    RepaymentPosted: Meaning("loan_overdue", "loan_id", "repaid_on"),
    LoanSettled: Meaning("loan_overdue", "loan_id", "settled_on"),
    AgreementEnded: Meaning("dividend_missed", "agreement_id", "ended_on"),
}
# Whatever the source, of these households all of the kind is over.
DIVIDENDS = ("dividend", "dividend_top_up")


async def on_begun(connection: Connection, facts: Sequence[tuple[Act, Any]]) -> None:
    """Facts of one type; of one source the last day counts."""
    means = BEGINS[type(facts[0][1])]
    ordered = sorted((fact for _, fact in facts), key=lambda fact: getattr(fact, means.on))
    begun = {str(getattr(x, means.source)): (x.household_id, getattr(x, means.on)) for x in ordered}
    await actions.begin(connection, means.kind, begun)


async def on_ended(connection: Connection, facts: Sequence[tuple[Act, Any]]) -> None:
    means = ENDS[type(facts[0][1])]
    ordered = sorted((fact for _, fact in facts), key=lambda fact: getattr(fact, means.on))
    over = {str(getattr(x, means.source)): getattr(x, means.on) for x in ordered}
    await queries.end_signals(connection, means.kind, over)


async def on_loan_restated(connection: Connection, facts: Sequence[tuple[Act, LoanRestated]]) -> None:
    """How a loan stands in all, whatever was said before; the last word of each counts."""
    last = {str(fact.loan_id): fact for _, fact in facts}
    stated = {one: (f.household_id, f.overdue_on, f.eased_on) for one, f in last.items() if f.overdue_on}
    await actions.restate(connection, "loan_overdue", stated, [one for one in last if one not in stated])


async def on_payment_confirmed(connection: Connection, facts: Sequence[tuple[Act, PaymentConfirmed]]) -> None:
    paid = [(fact.household_id, fact.payment_id, fact.paid_on) for _, fact in facts if fact.purpose in DIVIDENDS]
    if paid:
        await queries.end_by_payments(connection, "dividend_missed", paid)


async def on_payment_revoked(connection: Connection, facts: Sequence[tuple[Act, PaymentRevoked]]) -> None:
    gone = [(fact.household_id, fact.payment_id, fact.revoked_on) for _, fact in facts]
    await queries.take_back_payments(connection, gone)


async def on_post_assigned(connection: Connection, facts: Sequence[tuple[Act, PostAssigned]]) -> None:
    ordered = sorted((fact for _, fact in facts), key=lambda fact: fact.started_on)
    await queries.end_signals_of(connection, "post_ended", {fact.household_id: fact.started_on for fact in ordered})


REACTIONS: dict[str, Reaction] = {
    **{kind.TYPE: on_begun for kind in BEGINS},
    **{kind.TYPE: on_ended for kind in ENDS},
    LoanRestated.TYPE: on_loan_restated,
    PaymentConfirmed.TYPE: on_payment_confirmed,
    PaymentRevoked.TYPE: on_payment_revoked,
    PostAssigned.TYPE: on_post_assigned,
}
