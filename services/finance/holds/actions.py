"""Raising, confirming and releasing holds."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.finance.holds import queries
from services.finance.holds.rules import (
    AMENDED,
    BORROWER_DEATH,
    BORROWER_LEFT,
    DIVERTED,
    DIVIDEND_MISSED,
    MISUSE,
    REINSTATED,
    SECOND,
    STRUCK,
    Kind,
    concerns,
    kind_of,
)
from services.finance.holds.schemas import Release
from services.finance.holds.tables import LoanHold, loan_hold
from services.finance.loans import queries as loans
from services.finance.loans.tables import LoanRow
from shared.acts.bodies import Case, Result
from shared.acts.procedures import PASSED, Finding, Procedure, Step, advance, log_steps, take_step
from shared.data.sql import Connection
from shared.events.assessment import VisitRecorded
from shared.events.finance import LoanReopened
from shared.events.industry import DividendMissed
from shared.events.registry import DepartureAmended, HouseholdReinstated, HouseholdRemoved, MemberRemoved
from shared.facts.steps import WaitError
from shared.ground.context import Act
from shared.values.ids import uuid7

# Domain notes 4: maker and checker are different persons. A warning is released as it is; a suspicion is asked about
# first, and misuse that one has confirmed another releases. A freeze stops money, not the looking.
HOLD = Procedure("finance.holds", loan_hold, ((
    # name, after, who may; who must not, what it signs
    Step("confirmed", "raised", ("county",), ("raised_by",), "confirmed", asked_where="c.kind = 'misuse_suspected'",
         zh="认定贷款挪用", en="Confirm the misuse of a loan"),
    Step("released", "raised", ("county",), ("raised_by",), "released", sets=("release_reason",),
         asked_where="c.kind <> 'misuse_suspected'", zh="解除预警", en="Release a hold"),
    Step("released", "confirmed", ("county",), ("raised_by", "confirmed_by"), "released", sets=("release_reason",),
         zh="解除预警", en="Release a hold"),
),), freezes=False)  # fmt: skip


class Cause(NamedTuple):
    """What raises a hold: its kind, its own key, the day, and whom it is about, by the register's reference."""

    kind: Kind
    key: str
    on: date
    person: str | None = None


async def record_departures(connection: Connection, act: Act, removed: Sequence[MemberRemoved]) -> None:
    """Who signed a loan died or lives elsewhere now: whoever lent looks; the loan itself stays as it is."""
    await _hold_open_loans(connection, act, [(m.household_id, _departure(m, m.removed_on)) for m in removed])


def _departure(about: MemberRemoved | DepartureAmended, on: date) -> Cause:
    return Cause(kind_of(about.reason), f"{on}", on, about.person)


async def amend_departures(connection: Connection, act: Act, amended: Sequence[DepartureAmended]) -> None:
    """A departure that was told was wrong: its warning is over; of another day, there is another warning."""
    ids = sorted({m.household_id for m in amended})
    await loans.lock_households(connection, ids)
    wrong = defaultdict[tuple[Kind, UUID, str], list[str | None]](list)
    for m in amended:
        wrong[kind_of(m.reason), m.household_id, f"{m.removed_on}"].append(m.person)
    standing = await queries.lock_standing(connection, (BORROWER_DEATH, BORROWER_LEFT), ids)
    lent = await loans.list_loans_by_id(connection, [hold.loan_id for hold in standing])

    def is_over(hold: LoanHold) -> bool:
        people = wrong[hold.kind, hold.household_id, hold.source_key.rpartition(":")[2]]
        return any(concerns(hold.kind, lent[hold.loan_id].borrower, person) for person in people)

    await _take_back(connection, act, "amended", AMENDED, [hold for hold in standing if is_over(hold)])
    right = [(m.household_id, _departure(m, m.right_on)) for m in amended if m.right_on]
    await _hold_open_loans(connection, act, right)


async def record_removals(connection: Connection, act: Act, removed: Sequence[HouseholdRemoved]) -> None:
    """A household with an open loan was struck: until somebody has looked, no discount on it is decided."""
    causes = [(r.household_id, Cause(STRUCK, f"{r.removed_on}", r.removed_on)) for r in removed]
    await _hold_open_loans(connection, act, causes)


async def take_back_removals(connection: Connection, act: Act, back: Sequence[HouseholdReinstated]) -> None:
    """Households were struck by mistake: the warning is over, but of one that was struck again since."""
    last: Mapping[UUID, date] = {r.household_id: r.reinstated_on for r in back}
    await loans.lock_households(connection, sorted(last))
    standing = await queries.lock_standing(connection, (STRUCK,), sorted(last))
    over = [hold for hold in standing if hold.raised_on <= last[hold.household_id]]
    await _take_back(connection, act, "reinstated", REINSTATED, over)


async def _take_back(connection: Connection, act: Act, step: str, reason: str, over: Sequence[LoanHold]) -> None:
    # The system takes back what it has raised: no person had said it here.
    released = {"released_on": act.business_date, "released_by": reason, "release_reason": reason}
    found = Finding(detail={"reason": reason}, sets=released)
    await advance(connection, act, HOLD, step, [(hold, "released", found) for hold in over])


async def record_findings(connection: Connection, act: Act, visits: Sequence[VisitRecorded]) -> None:
    """A helper found a loan used for something else: a suspicion, whether or not the visit counts as one."""
    diverted = [v for v in visits if DIVERTED in v.findings]
    causes = [(v.household_id, Cause(MISUSE, f"{v.visit_id}", v.visited_on)) for v in diverted]
    await _hold_open_loans(connection, act, causes)


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
    causes = [(rows[m.loan_id], Cause(DIVIDEND_MISSED, f"{m.agreement_id}:{m.due_on}", m.missed_on)) for m in missed]
    await _raise(connection, act, causes)


async def record_reopened(connection: Connection, act: Act, reopened: Sequence[LoanReopened]) -> None:
    """A loan is open again: where the household has another by now, both are shown until somebody has looked.

    With the household locked no application is decided meanwhile: the one that was approved before is seen here, and
    the next finds an open loan.
    """
    last = {r.household_id: r for r in reopened}
    await loans.lock_households(connection, sorted(last))
    lent = defaultdict[UUID, list[LoanRow]](list)
    for row in await loans.list_open_loans(connection, sorted(last)):
        lent[row.household_id].append(row)
    causes = [
        (row, Cause(SECOND, f"{r.loan_id}:{r.reopened_on}", r.reopened_on))
        for one, r in last.items()
        if len(lent[one]) > 1
        for row in lent[one]
    ]
    await _raise(connection, act, causes)


async def _hold_open_loans(connection: Connection, act: Act, causes: Sequence[tuple[UUID, Cause]]) -> None:
    # With the household locked no application is decided meanwhile.
    ids = sorted({household_id for household_id, _ in causes})
    known = await loans.lock_households(connection, ids)
    for one in ids:
        if one not in known:
            raise WaitError(f"registry.household/{one}")
    lent = {row.household_id: row for row in await loans.list_open_loans(connection, ids)}
    told = [(lent[one], cause) for one, cause in causes if one in lent]
    await _raise(
        connection, act, [(loan, cause) for loan, cause in told if concerns(cause.kind, loan.borrower, cause.person)]
    )


async def _raise(connection: Connection, act: Act, causes: Sequence[tuple[LoanRow, Cause]]) -> None:
    def opened(loan: LoanRow, cause: Cause) -> LoanHold:
        of_loan = {"loan_id": loan.id, "household_id": loan.household_id, "division": loan.division, "bank": loan.bank}
        key = f"{cause.kind}:{loan.id}:{cause.key}"
        raised = {"kind": cause.kind, "source_key": key, "raised_on": cause.on, "raised_by": act.subject}
        return HOLD.opened(act, "raised", id=uuid7(), **of_loan, **raised)

    raised = [opened(loan, cause) for loan, cause in causes]
    new = await queries.insert_holds(connection, raised)
    await log_steps(connection, act, HOLD, "raised", [(hold, PASSED) for hold in new])


async def confirm_holds(connection: Connection, act: Act, items: Sequence[Case]) -> list[Result]:
    """A suspicion of misuse is found true: from now on no discount is paid on the loan."""

    def find(hold: LoanHold, _item: Case) -> Finding:
        return PASSED if hold.kind == MISUSE else Finding(refusal="not_a_suspicion")

    return await take_step(connection, act, HOLD, "confirmed", items, find)


async def release_holds(connection: Connection, act: Act, items: Sequence[Release]) -> list[Result]:
    """Somebody has looked, and says what he found; the hold stays on record."""

    def find(_hold: LoanHold, item: Release) -> Finding:
        return Finding(sets={"release_reason": item.reason})

    return await take_step(connection, act, HOLD, "released", items, find)
