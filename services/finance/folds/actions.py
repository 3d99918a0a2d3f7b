"""Folding loans anew, and writing what the fold says of them now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from services.finance.effects.rules import CLOSED, Applied, EventPolicy, Figures, Posted
from services.finance.folds import queries
from services.finance.folds.rules import EventState, Folded, fold, place, state_of
from services.finance.folds.tables import CoveredLine, InterestPeriod, OverdueSpell, Told
from services.finance.ledger import queries as ledger
from services.finance.ledger.actions import post_journals
from services.finance.ledger.queries import Sums
from services.finance.ledger.rules import Journal, difference
from services.finance.loans import queries as loans
from services.finance.loans.queries import FOLDED
from services.finance.loans.rules import Coverage, LoanState, Movement, SettledInterest, due_of
from services.finance.loans.tables import LoanRow
from shared.data.sql import Connection
from shared.events import finance as facts
from shared.events.envelope import Payload
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.dates import Period
from shared.values.ids import uuid7

FOUND = ("interest_fen", "interest_owed_fen", "refund_fen")
KEPT = (*(name for name in FOLDED if name not in FOUND), "term_months", "approved_on")
NOTHING: Mapping[UUID, Sequence[Posted]] = MappingProxyType({})


@dataclass(slots=True)
class Book:
    """One loan while it is folded: what is stored of it, what is new, and what the fold says.

    `stood`: what each event of its history stood at; without it the fold goes on where the last one stopped.
    """

    row: LoanRow
    new: Sequence[Posted]
    anew: bool
    history: list[Posted] = field(default_factory=list)
    stood: dict[UUID, tuple[EventState, str | None]] = field(default_factory=dict)
    periods: list[InterestPeriod] = field(default_factory=list)
    spells: list[OverdueSpell] = field(default_factory=list)
    covered: list[Coverage] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    booked: Mapping[UUID, Sums] = field(default_factory=dict)
    events: dict[UUID, Posted] = field(default_factory=dict)
    newly_applied: list[Posted] = field(default_factory=list)
    folded: Folded = field(init=False)

    def fold(self, figures: Figures) -> None:
        """`events` by id; `newly_applied` in the order of the fold."""
        self.folded = _fold(self, figures)
        self.events = {event.id: event for event in (*self.history, *self.new)}
        was = {one for one, (state, _) in self.stood.items() if state == "applied"}
        self.newly_applied = [self.events[i] for i in self.folded.outcomes if i not in was and self.applied(i)]

    @property
    def loan(self) -> LoanState:
        return self.folded.loan

    def applied(self, event_id: UUID) -> bool:
        return isinstance(self.folded.outcomes.get(event_id), Applied)

    @property
    def untrue(self) -> bool:
        """Whether what was stated of the loan does not follow from what is stated now."""
        was = [self.events[one] for one, (state, _) in self.stood.items() if state == "applied"]
        if not was:
            return False
        taken_back = any(not self.applied(event.id) for event in was)
        last = max(place(event) for event in was)
        due_on, told_to = self.row.due_on, self.row.told_to
        passed = self.loan.matured and due_on is not None and told_to is not None and told_to <= due_on
        return taken_back or passed or any(place(event) < last for event in self.newly_applied)


async def fold_loans(
    connection: Connection,
    act: Act,
    policy: Policy,
    rows: Collection[LoanRow],
    new: Mapping[UUID, Sequence[Posted]] = NOTHING,
    anew: Collection[UUID] = (),
) -> dict[UUID, Folded]:
    """Fold locked loans with their new events, which are stored already, and write what that says: loan, periods,
    spells, what each event stands at. The ledger is never rewritten: what differs is booked today for its own day.

    A loan whose new events come behind everything goes on where it stopped; `anew` are those that do not, whatever is
    new.
    """
    books = [Book(row, new.get(row.id, ()), row.id in anew or not _goes_on(row, new.get(row.id, ()))) for row in rows]
    await _read(connection, books)
    figures = figures_of(policy)
    for book in books:
        book.fold(figures)
    await _write(connection, act, books)
    return {book.row.id: book.folded for book in books}


def figures_of(policy: Policy) -> Figures:
    """What events are held against, by day."""

    @cache
    def on(day: date) -> EventPolicy:
        return policy.on(day, EventPolicy)

    return on


def _goes_on(row: LoanRow, new: Sequence[Posted]) -> bool:
    """Whether what is new comes behind all that was told, and nothing there waits for it."""
    days = [event.occurred_on for event in new]
    behind = row.told_to is None or all(day > row.told_to for day in days)
    before_it_is_due = row.due_on is None or all(day <= row.due_on for day in days)
    return not row.waits and behind and before_it_is_due and all(event.kind != "reversal" for event in new)


async def _read(connection: Connection, books: Sequence[Book]) -> None:
    """What the folds begin with; of a loan of which nothing was told there is nothing."""
    told = [book for book in books if book.anew or book.row.told_to is not None]
    ids, anew = [book.row.id for book in told], [book.row.id for book in told if book.anew]
    if not ids:
        return
    periods, spells = await queries.list_periods(connection, ids), await queries.list_spells(connection, ids)
    covered = await queries.list_covered(connection, ids)
    history = await queries.list_history(connection, anew) if anew else {}
    booked = await ledger.list_booked(connection, anew) if anew else {}
    going_on = [one for one in ids if one not in history]
    principal = await ledger.list_principal(connection, going_on) if going_on else {}
    for book in told:
        one = book.row.id
        book.periods, book.spells = periods.get(one, []), spells.get(one, [])
        book.covered = [_coverage(line) for line in covered.get(one, [])]
        book.movements = [Movement(on, fen) for on, fen in principal.get(one, [])]
        book.booked = booked.get(one, {})
        _sort_out(book, history.get(one, []))


def _sort_out(book: Book, history: Sequence[Told]) -> None:
    """What was told before, and what is new as it is stored: beside what no event knows of itself."""
    new = {event.id for event in book.new}
    book.stood = {event.id: (event.state, event.code) for event in history if event.id not in new}
    read = [posted(e._asdict(), released=e.released, elsewhere=e.elsewhere) for e in history]
    book.history = [event for event in read if event.id not in new]
    book.new = [event for event in read if event.id in new] or book.new


def _coverage(line: CoveredLine) -> Coverage:
    return Coverage(line.checked_on, Period(line.period_start_on, line.period_end_on), line.amount_fen)


def posted(event: Mapping[str, Any], *, released: bool = False, elsewhere: bool = False) -> Posted:
    """A stored event by its columns, whose form was checked when it came."""
    content = event["content"]
    start, end = content.get("period_start_on"), content.get("period_end_on")
    return Posted(
        kind=event["kind"],
        occurred_on=event["occurred_on"],
        amount_fen=content.get("amount_fen", 0),
        penalty_fen=content.get("penalty_fen", 0),
        approved=content.get("approved", False),
        rate_ppm=content.get("rate_ppm"),
        period=Period(date.fromisoformat(start), date.fromisoformat(end)) if start and end else None,
        serial=event["serial"],
        reverses=event["reverses"] or "",
        released=released,
        elsewhere=elsewhere,
        id=event["id"],
    )


def _fold(book: Book, figures: Figures) -> Folded:
    row = book.row
    terms = LoanState("approved", row.amount_fen, row.term_months, row.approved_ppm, row.approved_on)
    if book.anew:
        return fold(terms, [*book.history, *book.new], book.covered, figures)
    return fold(_stopped(book) if row.told_to else terms, book.new, (), figures)


def _stopped(book: Book) -> LoanState:
    """The loan as the last fold left it."""
    row = book.row
    return LoanState(
        approved_fen=row.amount_fen,
        **{name: getattr(row, name) for name in KEPT},
        movements=tuple(book.movements),
        settled=tuple(
            SettledInterest(p.event_id, Period(p.period_start_on, p.period_end_on), p.posted_fen) for p in book.periods
        ),
        covered=tuple(book.covered),
        spells=tuple(Period(s.start_on, s.end_on) for s in book.spells),
    )


async def _write(connection: Connection, act: Act, books: Sequence[Book]) -> None:
    states = [row for book in books if (row := _row(act, book)) is not None]
    await loans.update_loans(connection, states)
    await queries.resolve_events(connection, [row for book in books for row in _standings(book)])
    periods, spells = [_periods(book) for book in books], [_spells(book) for book in books]
    await queries.replace_periods(
        connection, [i for gone, _ in periods for i in gone], [p for _, n in periods for p in n]
    )
    await queries.replace_spells(connection, [i for gone, _ in spells for i in gone], [s for _, n in spells for s in n])
    await post_journals(connection, act, [journal for book in books for journal in _journals(act, book)])
    await emit(connection, act, "finance", [fact for book in books for fact in _facts(act, book)])


def _row(act: Act, book: Book) -> dict[str, Any] | None:
    """The loan's columns, where one of them is another now."""
    row, loan = book.row, book.loan
    days = [e.occurred_on for e in book.new] + [line.on for line in book.covered]
    reopened = row.state in CLOSED and loan.state not in CLOSED
    now = {name: getattr(loan, name) for name in FOLDED} | {
        "told_to": max((*days, *([row.told_to] if row.told_to else [])), default=None),
        "waits": book.folded.waits,
        "asks_again": row.asks_again or (book.anew and row.told_to is not None),
        "reopened_on": act.business_date if reopened else row.reopened_on,
    }
    return None if all(getattr(row, name) == value for name, value in now.items()) else {"id": row.id} | now


def _standings(book: Book) -> list[dict[str, Any]]:
    """What the events stand at, where it is something else now."""
    now = {one: state_of(outcome) for one, outcome in book.folded.outcomes.items()}
    return [
        {"id": one, "state": state, "code": code}
        for one, (state, code) in now.items()
        if book.stood.get(one) != (state, code)
    ]


def _periods(book: Book) -> tuple[list[UUID], list[InterestPeriod]]:
    """Rows that are to go, and those that are to come. What is due by a period follows from all of them."""
    row, loan, stored = book.row, book.loan, {period.event_id: period for period in book.periods}
    due = due_of(loan, loan.settled)
    said = [(one, stored.get(one.event_id), (loan.rate_ppm, one.posted_fen, due[one.period])) for one in loan.settled]
    other = [
        (one, was, found)
        for one, was, found in said
        if was is None or (was.rate_ppm, was.posted_fen, was.due_fen) != found
    ]
    stands = {one.event_id for one in loan.settled}
    gone = [was.id for one, was in stored.items() if one not in stands] + [was.id for _, was, _ in other if was]
    return gone, [
        InterestPeriod(
            was.id if was else uuid7(),
            one.event_id,
            row.id,
            # Where the household lived when it was told stays with it.
            was.division if was else row.division,
            row.bank,
            one.period.start_on,
            one.period.end_on,
            *found,
            one.posted_fen - due[one.period],
        )
        for one, was, found in other
    ]


def _spells(book: Book) -> tuple[list[UUID], list[OverdueSpell]]:
    row, stored = book.row, {Period(s.start_on, s.end_on): s.id for s in book.spells}
    of_loan: dict[str, Any] = {"loan_id": row.id, "division": row.division, "bank": row.bank}
    new = dict.fromkeys(spell for spell in book.loan.spells if spell not in stored)
    gone = [one for spell, one in stored.items() if spell not in book.loan.spells]
    return gone, [OverdueSpell(id=uuid7(), **of_loan, start_on=s.start_on, end_on=s.end_on) for s in new]


def _journals(act: Act, book: Book) -> list[Journal]:
    """Of each event what the fold wants less what is booked."""
    row, found = book.row, list[Journal]()
    for event_id, event in book.events.items():
        outcome = book.folded.outcomes[event_id]
        wanted = outcome.entries if isinstance(outcome, Applied) else ()
        sums = book.booked.get(event_id)
        if entries := difference(wanted, sums.by_account) if sums else wanted:
            found.append(
                Journal(
                    kind=event.kind,
                    loan_id=row.id,
                    division=row.division,
                    bank=row.bank,
                    booked_on=act.business_date,
                    valued_on=event.occurred_on,
                    # The first booking of an event bears its serial; each that corrects it, a number behind.
                    source_key=f"refold:{event_id}:{sums.journals + 1}" if sums else f"bank:{row.bank}:{event.serial}",
                    entries=entries,
                    event_id=event_id,
                )
            )
    return found


def _facts(act: Act, book: Book) -> list[Payload]:
    """What is new; and, where what was stated before does not follow from it, how the loan stands in all."""
    told = [fact for event in book.newly_applied for fact in _of_event(book, event)]
    row, loan = book.row, book.loan
    of_loan: dict[str, Any] = {"loan_id": row.id, "household_id": row.household_id, "division": row.division}
    if row.state in CLOSED and loan.state not in CLOSED:
        told.append(facts.LoanReopened(**of_loan, reopened_on=act.business_date))
    if book.untrue:
        closed_on = {"settled": loan.settled_on, "declined": loan.decided_on}.get(loan.state)
        standing = facts.LoanRestated(
            **of_loan,
            state=loan.state,
            disbursed_on=loan.disbursed_on,
            disbursed_fen=loan.disbursed_fen,
            principal_left_fen=loan.principal_fen,
            overdue_on=loan.overdue_on,
            eased_on=loan.eased_on,
            closed_on=closed_on,
        )
        told.append(standing)
    return told


def _of_event(book: Book, event: Posted) -> list[Payload]:
    row, on, outcome = book.row, event.occurred_on, book.folded.outcomes[event.id]
    about: dict[str, Any] = {
        "loan_id": row.id,
        "household_id": row.household_id,
        "division": row.division,
        "amount_fen": event.amount_fen,
    }
    found: Payload | None = None
    match event.kind:
        case "decision" if not event.approved:
            # Not the bank's own words: they may name a person.
            found = facts.LoanRefused(**about, reasons=["bank_declined"])
        case "disbursement":
            found = facts.LoanDisbursed(**about, disbursed_on=on)
        case "interest_settled" if event.period:
            start, end = event.period.start_on, event.period.end_on
            found = facts.InterestSettled(**about, period_start_on=start, period_end_on=end)
        case "repayment" if isinstance(outcome, Applied):
            found = facts.RepaymentPosted(**about, principal_left_fen=outcome.loan.principal_fen, repaid_on=on)
        case "overdue":
            found = facts.LoanOverdue(**about, overdue_on=on)
        case "settled":
            found = facts.LoanSettled(**about, settled_on=on)
    return [found] if found else []
