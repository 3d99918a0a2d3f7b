"""A case from its opening to its review; what is confirmed is told to every service, which freezes it."""

from collections.abc import Sequence
from uuid import UUID

from services.assessment.cases import queries
from services.assessment.cases.rules import TouchedHousehold, chunk_bounds, review_refusal
from services.assessment.cases.schemas import NewCase
from services.assessment.cases.tables import CaseHousehold, CaseRow, fraud_case
from shared.acts.bodies import Case, Result, answers
from shared.acts.procedures import PASSED, Finding, Procedure, Step, log_steps, take_step, taken
from shared.acts.tasks import OwnTask
from shared.data.sql import Connection
from shared.events.assessment import FraudConfirmed, FraudReviewed
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.problems import Problem

ROOM = "assessment.cases"
CONTENT = ("division", "kind", "evidence")
CASE = Procedure(ROOM, fraud_case, ((
    # Who decides confirms or dismisses: the one step leads to either.
    Step("confirmed", "open", ("auditor",), ("opened_by",), "decided",
         zh="核实案件", en="Confirm or dismiss a case"),
),))  # fmt: skip
# One for a case, however many of its households are left: a township is sent there once. No step of the case's own:
# that may be the county's, and hidden from who reviews.
REVIEWS = OwnTask(
    procedure=ROOM,
    step="reviewed",
    roles=("township",),
    zh="实地复核冻结户",
    en="Look at the frozen households on the spot",
    columns=("h.case_id", "h.case_division", "NULL::uuid", "h.confirmed_on", "h.confirmed_on + 7"),
    source="""
        FROM case_household h
        WHERE h.confirmed_on IS NOT NULL AND h.reviewed_on IS NULL AND h.opened_by <> :subject AND NOT EXISTS (
            SELECT FROM case_household b WHERE b.case_id = h.case_id AND b.household_id < h.household_id
            AND b.reviewed_on IS NULL
        )
    """,
)


async def open_case(connection: Connection, act: Act, new: NewCase) -> None:
    """Accuse. Nothing stands still before another person confirms.

    Raises:
        Problem: the division is not the caller's (403), a subject is neither unit nor cadre (422), a household is not
            known (409) or lives elsewhere (422), or the id stands for another case or is taken (409).
    """
    subjects, households = sorted(set(new.subject_ids)), sorted(set(new.household_ids))
    earlier = await queries.find_case(connection, new.id)
    if earlier is not None:
        if not await _is_same(connection, new, earlier, subjects, households):
            raise Problem("shared.content_differs")
        return
    if not act.caller.within(new.division):
        raise Problem("shared.outside_area")
    named = await queries.list_named(connection, subjects)
    if {one.id for one in named} != set(subjects):
        raise Problem("assessment.cases.subject_unknown")
    divisions = await queries.list_divisions(connection, households)
    if len(divisions) != len(households):
        raise Problem("shared.household_unknown")
    if not all(division.startswith(new.division) for division in divisions.values()):
        raise Problem("assessment.cases.outside_division")
    case = CASE.opened(
        act,
        "open",
        id=new.id,
        division=new.division,
        kind=new.kind,
        evidence=new.evidence,
        opened_on=act.business_date,
        opened_by=act.subject,
    )
    if not await queries.insert_case(connection, case, named, divisions):
        raise Problem("shared.id_taken")
    await log_steps(connection, act, CASE, "open", [(case, PASSED)])


async def _is_same(
    connection: Connection, new: NewCase, earlier: CaseRow, subjects: list[UUID], households: list[UUID]
) -> bool:
    return (
        all(getattr(earlier, name) == getattr(new, name) for name in CONTENT)
        and await queries.list_subjects(connection, new.id) == subjects
        and [h.household_id for h in await queries.list_households(connection, new.id)] == households
    )


async def decide(connection: Connection, act: Act, case_id: UUID, *, confirmed: bool) -> None:
    """Confirmed: from here on what the case touched stands still everywhere until it has been reviewed.

    Raises:
        Problem: not known here (404), decided already (409), or by who opened it (403).
    """

    async def freeze(passed: list[tuple[CaseRow, Finding]]) -> None:
        for case, _ in passed:
            await _freeze(connection, act, case)

    found = PASSED if confirmed else Finding(passed=False, ends="dismissed")
    taken(await take_step(connection, act, CASE, "confirmed", [Case(id=case_id)], lambda *_: found, save=freeze))


async def _freeze(connection: Connection, act: Act, case: CaseRow) -> None:
    subjects = await queries.list_subjects(connection, case.id)
    households = [h.household_id for h in await queries.list_households(connection, case.id)]
    await queries.confirm_households(connection, case.id, act.business_date, len(households))
    facts = [
        FraudConfirmed(
            case_id=case.id,
            division=case.division,
            household_ids=households[start:end],
            kind=case.kind,
            subject_ids=subjects,
            confirmed_on=act.business_date,
        )
        for start, end in chunk_bounds(len(households))
    ]
    await emit(connection, act, "assessment", facts)


async def review(connection: Connection, act: Act, case_id: UUID, ids: Sequence[UUID]) -> list[Result]:
    """These households were looked at on the spot; they go on. Those reviewed before are not told again."""
    found = await queries.lock_households(connection, case_id, ids)
    reasons = {one: review_refusal(_touched(found.get(one)), act.subject) for one in ids}
    reviewed = sorted(one for one, row in found.items() if reasons[one] is None and row.reviewed_on is None)
    await queries.set_reviewed(connection, case_id, reviewed, act.business_date, act.subject)
    facts = [
        FraudReviewed(
            case_id=case_id,
            division=found[reviewed[start]].case_division,
            household_ids=reviewed[start:end],
            reviewed_on=act.business_date,
        )
        for start, end in chunk_bounds(len(reviewed))
        if start < end
    ]
    await emit(connection, act, "assessment", facts)
    return answers(ROOM, ids, [reasons[one] for one in ids])


def _touched(row: CaseHousehold | None) -> TouchedHousehold | None:
    if row is None:
        return None
    return TouchedHousehold(row.opened_by, row.confirmed_on is not None, row.reviewed_on is not None)
