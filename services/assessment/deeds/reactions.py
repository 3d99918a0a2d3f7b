"""What other services' facts mean here: each is a deed for a household. Freezes are the cases' matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.assessment.deeds import actions
from services.assessment.deeds.rules import Kind
from services.assessment.deeds.tables import Deed
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.finance import LoanDisbursed
from shared.events.industry import (
    AgreementSigned,
    CertificateIssued,
    CertificateRevoked,
    DividendMissed,
    ParticipationAccepted,
    PaymentConfirmed,
    PaymentRevoked,
    PostAssigned,
)
from shared.events.registry import DepartureAmended, ExitRevoked, HouseholdExited, MemberRemoved, NoticeObjected
from shared.events.relocation import HouseholdMovedIn, RelocationAgreed
from shared.facts.consumer import Reaction
from shared.ground.context import Act


@dataclass(frozen=True, slots=True)
class Meaning:
    """How a fact becomes a deed: its kind, the fields that name it for good, its day and its amount."""

    kind: Kind
    names: tuple[str, ...]
    day: str
    amount: str | None = None


MEANINGS: dict[type[Payload], Meaning] = {
    HouseholdExited: Meaning("exit", ("exit_id",), "exited_on"),
    ExitRevoked: Meaning("exit_revoked", ("exit_id",), "revoked_on"),
    NoticeObjected: Meaning("objection", ("exit_id",), "objected_on"),
    MemberRemoved: Meaning("death", ("household_id", "removed_on"), "removed_on"),
    DepartureAmended: Meaning("death_revoked", ("household_id", "removed_on"), "amended_on"),
    RelocationAgreed: Meaning("relocation", ("application_id",), "agreed_on"),
    HouseholdMovedIn: Meaning("moved_in", ("allocation_id",), "moved_in_on"),
    # A loan paid out in parts is reported part by part.
    LoanDisbursed: Meaning("loan", ("loan_id", "disbursed_on"), "disbursed_on", "amount_fen"),
    PostAssigned: Meaning("post", ("assignment_id",), "started_on", "monthly_fen"),
    AgreementSigned: Meaning("agreement", ("agreement_id",), "signed_on", "floor_fen"),
    CertificateIssued: Meaning("certificate", ("certificate_id",), "issued_on"),
    CertificateRevoked: Meaning("certificate_revoked", ("certificate_id",), "revoked_on"),
    ParticipationAccepted: Meaning("participation", ("participation_id",), "accepted_on"),
    PaymentConfirmed: Meaning("payment", ("payment_id",), "paid_on", "amount_fen"),
    PaymentRevoked: Meaning("payment_revoked", ("payment_id",), "revoked_on", "amount_fen"),
    DividendMissed: Meaning("dividend_missed", ("agreement_id", "due_on"), "missed_on", "owed_fen"),
}


def _deed(fact: Any) -> Deed:
    meaning = MEANINGS[type(fact)]
    return Deed(
        kind=meaning.kind,
        source_key="/".join(str(getattr(fact, name)) for name in meaning.names),
        household_id=fact.household_id,
        division=fact.division,
        happened_on=getattr(fact, meaning.day),
        amount_fen=getattr(fact, meaning.amount) if meaning.amount else None,
    )


async def on_deed(connection: Connection, facts: Sequence[tuple[Act, Any]]) -> None:
    await actions.record_deeds(connection, [_deed(fact) for _, fact in facts])


async def on_member_removed(connection: Connection, facts: Sequence[tuple[Act, MemberRemoved]]) -> None:
    """Only a death asks for a visit; who married or moved away needs none."""
    await on_deed(connection, [(act, fact) for act, fact in facts if fact.reason == "death"])


async def on_departure_amended(connection: Connection, facts: Sequence[tuple[Act, DepartureAmended]]) -> None:
    """The death as it was told asks for no visit; of another day, there is another death."""
    deaths = [(act, fact) for act, fact in facts if fact.reason == "death"]
    await on_deed(connection, deaths)
    right = [
        Deed("death", f"{f.household_id}/{f.right_on}", f.household_id, f.division, f.right_on, None)
        for _, f in deaths
        if f.right_on is not None
    ]
    await actions.record_deeds(connection, right)


REACTIONS: dict[str, Reaction] = {
    **{kind.TYPE: on_deed for kind in MEANINGS},
    MemberRemoved.TYPE: on_member_removed,
    DepartureAmended.TYPE: on_departure_amended,
}
