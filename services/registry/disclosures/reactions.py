"""What other services' facts mean here: for what a bank or a surveyor may learn who somebody is, and until when."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.registry.disclosures import queries
from services.registry.disclosures.rules import PURPOSES, PurposeKind
from shared.data.sql import Connection
from shared.events.assessment import SampleClosed, SampleDrawn
from shared.events.finance import LoanApproved, LoanRefused, LoanRestated, LoanSettled
from shared.events.industry import PayeeNamed
from shared.facts.consumer import Reaction
from shared.ground.context import Act


def _begun(kind: PurposeKind, case_id: UUID, household_id: UUID, since: date, **rest: Any) -> dict[str, Any]:
    about = {"kind": kind, "role": PURPOSES[kind].holder, "case_id": case_id, "household_id": household_id}
    return about | {"since": since, "until": None, "bank": None, "person": None} | rest


def _after(last: date) -> date:
    return last + timedelta(days=1)


async def on_loan_approved(connection: Connection, facts: Sequence[tuple[Act, LoanApproved]]) -> None:
    """One that was told before banks were named tells nobody anything."""
    rows = [
        _begun("loan", f.loan_id, f.household_id, act.business_date, bank=f.bank, person=f.borrower)
        for act, f in facts
        if f.bank
    ]
    await queries.begin_purposes(connection, rows)


async def on_loan_refused(connection: Connection, facts: Sequence[tuple[Act, LoanRefused]]) -> None:
    """Also by the bank, after it had been approved."""
    ended = {(f.loan_id, f.household_id): _after(act.business_date) for act, f in facts}
    await queries.end_purposes(connection, "loan", ended)


async def on_loan_settled(connection: Connection, facts: Sequence[tuple[Act, LoanSettled]]) -> None:
    ended = {(f.loan_id, f.household_id): _after(f.settled_on) for _, f in facts}
    await queries.end_purposes(connection, "loan", ended)


async def on_loan_restated(connection: Connection, facts: Sequence[tuple[Act, LoanRestated]]) -> None:
    """A loan that is open again goes on; the last word of each counts."""
    last = {(f.loan_id, f.household_id): _after(f.closed_on) if f.closed_on else None for _, f in facts}
    await queries.restate_purposes(connection, "loan", last)


async def on_payee_named(connection: Connection, facts: Sequence[tuple[Act, PayeeNamed]]) -> None:
    rows = [_begun("payout", f.batch_id, f.household_id, f.checked_on, bank=f.bank) for _, f in facts]
    await queries.begin_purposes(connection, rows)


async def on_sample_drawn(connection: Connection, facts: Sequence[tuple[Act, SampleDrawn]]) -> None:
    rows = [_begun("survey", f.round_id, f.household_id, f.drawn_on, until=_after(f.until)) for _, f in facts]
    await queries.begin_purposes(connection, rows)


async def on_sample_closed(connection: Connection, facts: Sequence[tuple[Act, SampleClosed]]) -> None:
    ended = {(f.round_id, f.household_id): _after(f.closed_on) for _, f in facts}
    await queries.end_purposes(connection, "survey", ended)


REACTIONS: dict[str, Reaction] = {
    LoanApproved.TYPE: on_loan_approved,
    LoanRefused.TYPE: on_loan_refused,
    LoanSettled.TYPE: on_loan_settled,
    LoanRestated.TYPE: on_loan_restated,
    PayeeNamed.TYPE: on_payee_named,
    SampleDrawn.TYPE: on_sample_drawn,
    SampleClosed.TYPE: on_sample_closed,
}
