"""Recording what a bank posts, in batches."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from services.finance.bank import queries
from services.finance.bank.rules import (
    Applied,
    Held,
    LoanState,
    Outcome,
    Posted,
    PostedInterest,
    Refused,
    RepaymentPolicy,
    State,
    apply_bank_event,
)
from services.finance.bank.schemas import (
    BankEvent,
    Decision,
    Disbursement,
    EventResult,
    InterestSettled,
    Overdue,
    Repayment,
    Settled,
)
from services.finance.bank.tables import InterestPeriod, OverdueSpell
from services.finance.ledger import queries as ledger
from services.finance.ledger.actions import post_journals
from services.finance.ledger.rules import Journal
from services.finance.loans import queries as loans
from services.finance.loans.rules import Movement
from services.finance.loans.tables import LoanRow
from shared.acts.bodies import Result, result
from shared.data.sql import Connection
from shared.events import finance as facts
from shared.events.envelope import Payload
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.dates import Period
from shared.values.ids import uuid7

ROOM = "finance.bank"
STORED: TypeAdapter[BankEvent] = TypeAdapter(BankEvent)
SAME = (*loans.STATE, "term_months", "approved_on")


@dataclass(slots=True)
class Waiting:
    """A stored event that has not been applied yet."""

    id: UUID
    event: BankEvent


@dataclass(slots=True)
class Book:
    """One loan while a batch passes over it, and what is to be written in the end."""

    row: LoanRow
    loan: LoanState
    held: list[Waiting] = field(default_factory=list)
    journals: list[Journal] = field(default_factory=list)
    facts: list[Payload] = field(default_factory=list)
    periods: list[InterestPeriod] = field(default_factory=list)
    spells: list[OverdueSpell] = field(default_factory=list)
    outcomes: dict[UUID, tuple[State, str | None]] = field(default_factory=dict)

    @property
    def waits_for(self) -> dict[UUID, str]:
        """Of each held event what it waits for, as the loan stands now."""
        tried = [(w.id, apply_bank_event(self.loan, _posted(w.event), ())) for w in self.held]
        return {one: outcome.code for one, outcome in tried if isinstance(outcome, Held)}


async def record_bank_events(
    connection: Connection, act: Act, policy: Policy, events: Sequence[BankEvent]
) -> list[Result]:
    """Take the events in their order; what waited for one of them follows at once.

    An event that names no loan of the bank's or lies in the future is answered and not kept: it may be sent again,
    corrected, under the same serial. Every other is kept for good.
    """
    rows = await loans.lock_loans_by_no(connection, [e.loan_no for e in events])
    first: dict[str, Waiting] = {}
    for event in events:
        if _turned_away(event, rows, act.business_date) is None:
            first.setdefault(event.serial, Waiting(uuid7(), event))
    books = await _open_books(connection, list(rows.values()))
    stored = [_stored(act, one, rows[one.event.loan_no], i) for i, one in enumerate(first.values())]
    new = await queries.insert_events(connection, stored)
    order = policy.on(act.business_date, RepaymentPolicy).repayment_order
    for serial, one in first.items():
        if serial in new:
            _take(books[rows[one.event.loan_no].id], one, order)
    await _write(connection, act, list(books.values()))
    known = await queries.list_events_of(connection, act.caller.bank, sorted({e.serial for e in events}))

    def answer(event: BankEvent) -> Result:
        row, found = rows.get(event.loan_no), known.get(event.serial)
        book = books[row.id] if row else None
        if found is None or found.content != _content(event):
            reason = _turned_away(event, rows, act.business_date) if found is None else "serial_reused"
            told = result(ROOM, event.serial, reason)
        else:
            told = result(ROOM, event.serial, found.code, state=found.state)
            told.code = book.waits_for.get(found.id, found.code) if book else found.code
        return EventResult(**told.model_dump(), loan_state=book.loan.state if book else None)

    return [answer(event) for event in events]


def _turned_away(event: BankEvent, rows: dict[str, LoanRow], today: date) -> str | None:
    """Why an event is not kept at all."""
    if event.loan_no not in rows:
        return "loan_unknown"
    return "future_date" if event.occurred_on > today else None


def _content(event: BankEvent) -> dict[str, Any]:
    return event.model_dump(mode="json", exclude_none=True)


def _stored(act: Act, waiting: Waiting, loan: LoanRow, position: int) -> dict[str, Any]:
    event = waiting.event
    return {
        "id": waiting.id,
        "bank": act.caller.bank,
        "serial": event.serial,
        "kind": event.kind,
        "loan_id": loan.id,
        "loan_no": event.loan_no,
        "division": loan.division,
        "occurred_on": event.occurred_on,
        "content": _content(event),
        "state": "held",
        "position": position,
        "received_on": act.business_date,
    }


async def _open_books(connection: Connection, rows: Sequence[LoanRow]) -> dict[UUID, Book]:
    ids = [row.id for row in rows]
    principal = await ledger.list_principal(connection, ids)
    settled = await queries.list_periods(connection, ids)
    books = {}
    for row in rows:
        periods = settled.get(row.id, [])
        state = LoanState(
            approved_fen=row.amount_fen,
            **{name: getattr(row, name) for name in SAME},
            movements=tuple(Movement(on, amount) for on, amount in principal.get(row.id, [])),
            settled=tuple(p for p, _ in periods),
            posted_fen=sum(fen for _, fen in periods),
        )
        books[row.id] = Book(row, state)
    for held in await queries.list_held(connection, ids):
        books[held.loan_id].held.append(Waiting(held.id, STORED.validate_python(held.content)))
    return books


def _posted(event: BankEvent) -> Posted:
    on = event.occurred_on
    match event:
        case Decision():
            return Posted(event.kind, on, approved=event.approved, rate_ppm=event.rate_ppm)
        case Disbursement():
            return Posted(event.kind, on, amount_fen=event.amount_fen, rate_ppm=event.rate_ppm)
        case InterestSettled():
            period = Period(event.period_start_on, event.period_end_on)
            return PostedInterest(event.kind, on, amount_fen=event.amount_fen, period=period)
        case Repayment():
            return Posted(event.kind, on, amount_fen=event.amount_fen)
        case Overdue():
            return Posted(event.kind, on, amount_fen=event.amount_fen, penalty_fen=event.penalty_fen or 0)
        case Settled():
            return Posted(event.kind, on)


def _take(book: Book, waiting: Waiting, order: Sequence[str]) -> None:
    """Apply a new event, then whatever waited, by day and arrival, until nothing moves any more."""
    outcome = _try(book, waiting, order)
    if isinstance(outcome, Held):
        book.held.append(waiting)
        book.held.sort(key=lambda w: w.event.occurred_on)
    moved = isinstance(outcome, Applied)
    while moved:
        moved = False
        for held in list(book.held):
            outcome = _try(book, held, order)
            if isinstance(outcome, Held):
                continue
            book.held.remove(held)
            if isinstance(outcome, Applied):
                moved = True
                break


def _try(book: Book, waiting: Waiting, order: Sequence[str]) -> Outcome:
    outcome = apply_bank_event(book.loan, _posted(waiting.event), order)
    if isinstance(outcome, Refused):
        book.outcomes[waiting.id] = "refused", outcome.code
    elif isinstance(outcome, Applied):
        book.outcomes[waiting.id] = "applied", None
        book.loan = outcome.loan
        _note(book, waiting, outcome)
    return outcome


def _note(book: Book, waiting: Waiting, applied: Applied) -> None:
    """What an applied event leaves behind: a booking, a fact, a settled period, an ended spell."""
    event, row = waiting.event, book.row
    of_loan: dict[str, Any] = {"loan_id": row.id, "division": row.division, "bank": row.bank}
    if applied.entries:
        key = f"bank:{row.bank}:{event.serial}"
        book.journals.append(
            Journal(event.kind, booked_on=event.occurred_on, source_key=key, entries=applied.entries, **of_loan)
        )
    if isinstance(event, InterestSettled) and applied.due_fen is not None:
        book.periods.append(
            InterestPeriod(
                id=uuid7(),
                event_id=waiting.id,
                **of_loan,
                period_start_on=event.period_start_on,
                period_end_on=event.period_end_on,
                rate_ppm=applied.loan.rate_ppm,
                posted_fen=event.amount_fen,
                due_fen=applied.due_fen,
                difference_fen=event.amount_fen - applied.due_fen,
            )
        )
    if applied.ended_spell:
        spell = applied.ended_spell
        book.spells.append(OverdueSpell(id=uuid7(), **of_loan, start_on=spell.start_on, end_on=spell.end_on))
    book.facts += _facts(row, event, applied.loan)


def _facts(row: LoanRow, event: BankEvent, after: LoanState) -> list[Payload]:
    amount_fen = getattr(event, "amount_fen", None)
    about: dict[str, Any] = {
        "loan_id": row.id,
        "household_id": row.household_id,
        "division": row.division,
        "amount_fen": amount_fen,
    }
    on = event.occurred_on
    match event:
        # Not the bank's own words: they may name a person.
        case Decision():
            return [] if event.approved else [facts.LoanRefused(**about, reasons=["bank_declined"])]
        case Disbursement():
            return [facts.LoanDisbursed(**about, disbursed_on=on)]
        case InterestSettled():
            start, end = event.period_start_on, event.period_end_on
            return [facts.InterestSettled(**about, period_start_on=start, period_end_on=end)]
        case Repayment():
            return [facts.RepaymentPosted(**about, principal_left_fen=after.principal_fen, repaid_on=on)]
        case Overdue():
            return [facts.LoanOverdue(**about, overdue_on=on)]
        case Settled():
            return [facts.LoanSettled(**about, settled_on=on)]


async def _write(connection: Connection, act: Act, books: Sequence[Book]) -> None:
    outcomes = [{"id": i, "state": state, "code": code} for b in books for i, (state, code) in b.outcomes.items()]
    changed = [b for b in books if any(state == "applied" for state, _ in b.outcomes.values())]
    await loans.update_loans(
        connection, [{"id": b.row.id} | {c: getattr(b.loan, c) for c in loans.STATE} for b in changed]
    )
    await queries.resolve_events(connection, outcomes)
    await queries.insert_periods(connection, [p for b in books for p in b.periods])
    await queries.insert_spells(connection, [s for b in books for s in b.spells])
    await post_journals(connection, act, [j for b in books for j in b.journals])
    await emit(connection, act, "finance", [f for b in books for f in b.facts])
