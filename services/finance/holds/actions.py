"""Raising, confirming and releasing holds."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.finance.holds import queries
from services.finance.holds.rules import (
    BORROWER_DEATH,
    DIVERTED,
    DIVIDEND_MISSED,
    MISUSE,
    Hold,
    confirmation_refusal,
    release_refusal,
)
from services.finance.holds.schemas import HoldResult, Release, Suspicion
from services.finance.loans import queries as loans
from shared.data.sql import Connection, Row
from shared.events.assessment import VisitRecorded
from shared.events.industry import DividendMissed
from shared.events.registry import MemberRemoved
from shared.facts.steps import WaitError
from shared.ground.context import Act
from shared.values.ids import uuid7


class Cause(NamedTuple):
    """What raises a hold: its own key, and the day."""

    key: str
    on: date


async def record_deaths(connection: Connection, act: Act, removed: Sequence[MemberRemoved]) -> None:
    """Somebody of a household with an open loan died: whoever lent looks; the loan itself stays as it is."""
    await _hold_open_loans(
        connection, act, BORROWER_DEATH, [(m.household_id, Cause(f"{m.removed_on}", m.removed_on)) for m in removed]
    )


async def record_findings(connection: Connection, act: Act, visits: Sequence[VisitRecorded]) -> None:
    """A helper found a loan used for something else: a suspicion, whether or not the visit counts as one."""
    diverted = [v for v in visits if DIVERTED in v.findings]
    await _hold_open_loans(
        connection, act, MISUSE, [(v.household_id, Cause(f"{v.visit_id}", v.visited_on)) for v in diverted]
    )


async def record_missed_dividends(connection: Connection, act: Act, missed: Sequence[DividendMissed]) -> None:
    """Who guaranteed a dividend did not pay it: a warning to the bank, by agreement and due date.

    Raises:
        WaitError: a loan is not known.
    """
    ids = sorted({m.loan_id for m in missed})
    rows = await loans.lock_loans(connection, ids)
    for one in ids:
        if one not in rows:
            raise WaitError(f"finance.loan/{one}")
    causes = [(rows[m.loan_id], Cause(f"{m.agreement_id}:{m.due_on}", m.missed_on)) for m in missed]
    await _raise(connection, act, DIVIDEND_MISSED, causes)


async def _hold_open_loans(
    connection: Connection, act: Act, kind: str, causes: Sequence[tuple[UUID, Cause]]
) -> None:  # fmt: skip
    # With the household locked no application is decided meanwhile.
    ids = sorted({household_id for household_id, _ in causes})
    known = await loans.lock_households(connection, ids)
    for one in ids:
        if one not in known:
            raise WaitError(f"registry.household/{one}")
    lent = {row["household_id"]: row for row in await loans.list_open_loans(connection, ids)}
    await _raise(connection, act, kind, [(lent[one], cause) for one, cause in causes if one in lent])


async def _raise(connection: Connection, act: Act, kind: str, causes: Sequence[tuple[Row, Cause]]) -> None:
    rows = [
        {name: loan[name] for name in ("household_id", "division", "bank")}
        | {
            "id": uuid7(), "loan_id": loan["id"], "kind": kind, "source_key": f"{kind}:{loan['id']}:{cause.key}",
            "raised_on": cause.on, "raised_by": act.subject,
        }
        for loan, cause in causes
    ]  # fmt: skip
    await queries.insert_holds(connection, rows)


async def confirm_holds(connection: Connection, act: Act, items: Sequence[Suspicion]) -> list[HoldResult]:
    """A suspicion of misuse is found true: from now on no discount is paid on the loan."""
    rows = await queries.lock_holds(connection, [i.id for i in items])
    results, confirmed = _sort(act, [i.id for i in items], rows, confirmation_refusal)
    if confirmed:
        await queries.set_confirmed(connection, confirmed, act.business_date, act.subject)
    return results


async def release_holds(connection: Connection, act: Act, items: Sequence[Release]) -> list[HoldResult]:
    """Somebody has looked, and says what he found; the hold stays on record."""
    rows = await queries.lock_holds(connection, [i.id for i in items])
    results, released = _sort(act, [i.id for i in items], rows, release_refusal)
    if released:
        reasons = {i.id: i.reason for i in reversed(items)}
        await queries.set_released(connection, {i: reasons[i] for i in released}, act.business_date, act.subject)
    return results


def _sort(
    act: Act, ids: Sequence[UUID], rows: Mapping[UUID, Row], refuse: Callable[[Hold, str], str | None]
) -> tuple[list[HoldResult], list[UUID]]:
    """A result for each, and those that go on."""
    results, passed = [], list[UUID]()
    for one in ids:
        code = "shared.not_found" if one not in rows else refuse(_hold(rows[one]), act.subject)
        if one in passed:
            code = "finance.holds.twice_in_batch"
        if code is None:
            passed.append(one)
        results.append(HoldResult(id=one, status="refused" if code else "accepted", code=code))
    return results, passed


def _hold(row: Any) -> Hold:
    return Hold(row["kind"], row["raised_by"], row["confirmed_by"], row["released_by"])
