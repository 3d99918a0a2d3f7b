"""Recording what a bank posts, in batches; and releasing what looked wrong."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from services.finance.bank import queries
from services.finance.bank.schemas import BankEvent, EventResult, ReleaseProposed, Reversal
from services.finance.bank.tables import EventRelease, event_release
from services.finance.effects.rules import Posted
from services.finance.folds import queries as folds
from services.finance.folds.actions import fold_loans, posted
from services.finance.folds.rules import EventState, state_of
from services.finance.folds.tables import BankEventRow
from services.finance.loans import queries as loans
from services.finance.loans.tables import LoanRow
from shared.acts.bodies import Confirmation, Result, answers, code_of
from shared.acts.procedures import PASSED, Finding, Procedure, Step, confirmed, log_steps, take_step
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.ids import uuid7

ROOM = "finance.bank"
# A bank profits by what is booked: the office proposes, and whoever pays confirms.
RELEASE = Procedure(
    ROOM,
    event_release,
    (
        (
            Step(
                "released",
                "proposed",
                ("department",),
                ("proposed_by",),
                "released",
                units=("finance",),
                zh="复核放行银行流水",
                en="Confirm that a bank's event is right though it looks wrong",
            ),
        ),
    ),
    freezes=False,
)


async def record_bank_events(
    connection: Connection, act: Act, policy: Policy, events: Sequence[BankEvent]
) -> list[Result]:
    """Take the events in, whatever their order; the loans are folded with them.

    An event that names no loan of the bank's or lies in the future is answered and not kept: it may be sent again,
    corrected, under the same serial. Every other is kept for good.
    """
    serials = sorted({e.serial for e in events})
    awaiting = await folds.list_loans_awaiting(connection, act.caller.bank, serials)
    rows = await loans.lock_loans_by_no(connection, sorted({*(e.loan_no for e in events), *awaiting}))
    first: dict[str, tuple[UUID, BankEvent]] = {}
    for event in events:
        if _turned_away(event, rows, act.business_date) is None:
            first.setdefault(event.serial, (uuid7(), event))
    stored = [_stored(act, one, event, rows[event.loan_no], i) for i, (one, event) in enumerate(first.values())]
    new = await folds.insert_events(connection, stored)
    fresh = defaultdict[UUID, list[Posted]](list)
    for row in stored:
        if row["serial"] in new:
            fresh[row["loan_id"]].append(posted(row))
    for no in awaiting if new else ():
        fresh[rows[no].id] += []
    touched = [row for row in rows.values() if row.id in fresh]
    folded = await fold_loans(connection, act, policy, touched, fresh, {rows[no].id for no in awaiting})
    known = await folds.list_events_of(connection, act.caller.bank, [one for one in serials if one not in new])
    told = {one: state_of(outcome) for fold in folded.values() for one, outcome in fold.outcomes.items()}

    def answer(event: BankEvent) -> Result:
        row, found = rows.get(event.loan_no), known.get(event.serial)
        stands = folded[row.id].loan.state if row and row.id in folded else row and row.state
        if event.serial in new:
            first_id, first_sent = first[event.serial]
            reason, (state, code) = None if event == first_sent else "serial_reused", told[first_id]
        elif found is None:
            return _result(event, _turned_away(event, rows, act.business_date), stands)
        else:
            reason, state, code = None if _same(found, event) else "serial_reused", found.state, found.code
        return _result(event, reason, stands) if reason else _result(event, code, stands, state)

    return [answer(event) for event in events]


def _result(event: BankEvent, reason: str | None, loan_state: str | None, state: EventState | None = None) -> Result:
    """What is held, or in quarantine, is accepted, and says why it is not applied."""
    kept = reason is None or state in ("held", "quarantined")
    code = code_of(ROOM, reason)
    status: Literal["accepted", "refused"] = "accepted" if kept else "refused"
    return EventResult(id=event.serial, status=status, code=code, state=state, loan_state=loan_state)


def _same(found: BankEventRow, event: BankEvent) -> bool:
    return found.content == _content(event)


def _turned_away(event: BankEvent, rows: dict[str, LoanRow], today: date) -> str | None:
    """Why an event is not kept at all."""
    if event.loan_no not in rows:
        return "loan_unknown"
    return "future_date" if event.occurred_on > today else None


def _content(event: BankEvent) -> dict[str, Any]:
    return event.model_dump(mode="json", exclude_none=True)


def _stored(act: Act, event_id: UUID, event: BankEvent, loan: LoanRow, position: int) -> dict[str, Any]:
    return {
        "id": event_id,
        "bank": act.caller.bank,
        "serial": event.serial,
        "kind": event.kind,
        "loan_id": loan.id,
        "loan_no": event.loan_no,
        "division": loan.division,
        "occurred_on": event.occurred_on,
        "content": _content(event),
        # Until the fold has said otherwise, in the same act.
        "state": "held",
        "code": None,
        "position": position,
        "received_on": act.business_date,
        "reverses": event.reverses if isinstance(event, Reversal) else None,
    }


async def propose_releases(connection: Connection, act: Act, items: Sequence[ReleaseProposed]) -> list[Result]:
    """Somebody asked the bank, and says what he found out; another confirms it."""
    events = await queries.list_events(connection, [i.id for i in items])
    fit = {i.id: i for i in reversed(items) if i.id in events and events[i.id].state == "quarantined"}
    rows = [_opened(act, events[one], item.reason) for one, item in fit.items()]
    new = await queries.insert_releases(connection, rows)
    await log_steps(connection, act, RELEASE, "proposed", [(row, PASSED) for row in rows if row.event_id in new])
    proposed = {row.event_id: row.id for row in rows if row.event_id in new}

    def refusal(one: UUID) -> str | None:
        if one not in events:
            return "not_found"
        return "not_in_quarantine" if one not in fit else None if one in new else "release_waits"

    told = answers(ROOM, [i.id for i in items], [refusal(i.id) for i in items])
    return [answer.model_copy(update={"case_id": proposed.get(i.id)}) for answer, i in zip(told, items, strict=True)]


def _opened(act: Act, event: BankEventRow, reason: str) -> EventRelease:
    about = {"event_id": event.id, "loan_id": event.loan_id, "division": event.division, "bank": event.bank}
    signed = {"reason": reason, "proposed_on": act.business_date, "proposed_by": act.subject}
    return RELEASE.opened(act, "proposed", id=uuid7(), **about, **signed)


async def confirm_releases(
    connection: Connection, act: Act, policy: Policy, items: Sequence[Confirmation]
) -> list[Result]:
    """A second person's word: what is released is booked, for its own day, as if it had never looked wrong."""

    async def save(passed: list[tuple[EventRelease, Finding]]) -> None:
        ids = sorted({case.loan_id for case, _ in passed})
        rows = await loans.lock_loans(connection, ids)
        await fold_loans(connection, act, policy, list(rows.values()), anew=ids)

    return await take_step(connection, act, RELEASE, "released", items, confirmed, save=save)
