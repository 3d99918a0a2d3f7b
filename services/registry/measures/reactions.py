"""What other services' facts mean here: help that a household receives is a measure, and never income.

An exit ends none of them: its policies stay (domain notes 2.1 "After exit").
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.measures import actions
from services.registry.measures.rules import Kind
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.finance import LoanDisbursed, LoanRestated, LoanSettled
from shared.events.industry import (
    AgreementEnded,
    AgreementSigned,
    CertificateIssued,
    CertificateRevoked,
    ParticipationAccepted,
    PaymentConfirmed,
    PaymentRevoked,
    PostAssigned,
    PostEnded,
)
from shared.events.relocation import ApplicationEnded, RelocationAgreed
from shared.facts.consumer import Reaction
from shared.ground.context import Act


class Meaning(NamedTuple):
    """Of which kind of measure a fact is, and which of its fields name the source and the day."""

    kind: Kind
    source: str
    on: str


STARTS: dict[type[Payload], Meaning] = {
    LoanDisbursed: Meaning("loan", "loan_id", "disbursed_on"),
    RelocationAgreed: Meaning("relocation", "application_id", "agreed_on"),
    AgreementSigned: Meaning("dividend", "agreement_id", "signed_on"),
    PostAssigned: Meaning("post", "assignment_id", "started_on"),
    CertificateIssued: Meaning("training", "certificate_id", "issued_on"),
    ParticipationAccepted: Meaning("project", "participation_id", "accepted_on"),
}
# Help of which only its payments tell, by their purpose: each is one day's.
PAID: dict[str, Kind] = {"pv_share": "pv", "forest_instalment": "forestry", "forest_labour": "forestry"}
# A certificate is the end of its course: one day.
ENDS: dict[type[Payload], Meaning] = {
    LoanSettled: Meaning("loan", "loan_id", "settled_on"),
    ApplicationEnded: Meaning("relocation", "application_id", "ended_on"),
    AgreementEnded: Meaning("dividend", "agreement_id", "ended_on"),
    PostEnded: Meaning("post", "assignment_id", "ended_on"),
    CertificateIssued: STARTS[CertificateIssued],
}


async def on_help_stated(connection: Connection, facts: Sequence[tuple[Act, Any]]) -> None:
    """Facts of one type. A loan that was paid out in parts began with the first."""
    stated = [fact for _, fact in facts]
    begins, ends = STARTS.get(type(stated[0])), ENDS.get(type(stated[0]))
    if begins:
        newest = reversed(stated)
        first = {str(getattr(x, begins.source)): (x.household_id, getattr(x, begins.on)) for x in newest}
        await actions.start_measures(connection, begins.kind, first)
    if ends:
        last = {str(getattr(x, ends.source)): getattr(x, ends.on) for x in stated}
        await actions.end_measures(connection, ends.kind, last)


async def on_loan_restated(connection: Connection, facts: Sequence[tuple[Act, LoanRestated]]) -> None:
    """A loan that was told late or taken back in part, as it stands in all; one that was never paid out is no help."""
    last = {str(fact.loan_id): fact for _, fact in facts}
    stated = {one: (f.household_id, f.disbursed_on, f.closed_on) for one, f in last.items() if f.disbursed_on}
    await actions.restate_measures(connection, "loan", stated, [one for one in last if one not in stated])


async def on_payment_confirmed(connection: Connection, facts: Sequence[tuple[Act, PaymentConfirmed]]) -> None:
    """Of what is paid for something that is a measure by itself the payment is none."""
    paid = defaultdict[Kind, dict[str, tuple[UUID, date]]](dict)
    for _, fact in facts:
        if fact.purpose in PAID:
            paid[PAID[fact.purpose]][str(fact.payment_id)] = fact.household_id, fact.paid_on
    for kind, started in paid.items():
        await actions.start_measures(connection, kind, started)
        await actions.end_measures(connection, kind, {source: on for source, (_, on) in started.items()})


async def on_payment_revoked(connection: Connection, facts: Sequence[tuple[Act, PaymentRevoked]]) -> None:
    await actions.withdraw_paid(connection, sorted(set(PAID.values())), [str(fact.payment_id) for _, fact in facts])


async def on_certificate_revoked(connection: Connection, facts: Sequence[tuple[Act, CertificateRevoked]]) -> None:
    sources = sorted({str(fact.certificate_id) for _, fact in facts})
    await actions.withdraw_measures(connection, "training", sources)


REACTIONS: dict[str, Reaction] = {
    **{kind.TYPE: on_help_stated for kind in {**STARTS, **ENDS}},
    LoanRestated.TYPE: on_loan_restated,
    CertificateRevoked.TYPE: on_certificate_revoked,
    PaymentConfirmed.TYPE: on_payment_confirmed,
    PaymentRevoked.TYPE: on_payment_revoked,
}
