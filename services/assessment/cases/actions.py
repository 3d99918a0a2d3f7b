"""A case from its opening to its review; what is confirmed is told to every service, which freezes it."""

from collections.abc import Sequence
from uuid import UUID

from services.assessment.cases import queries
from services.assessment.cases.rules import TouchedHousehold, chunk_bounds, decision_refusal, review_refusal
from services.assessment.cases.schemas import NewCase
from shared.acts.bodies import Result, result
from shared.acts.tasks import OwnTask
from shared.data.sql import Connection, Row
from shared.events.assessment import FraudConfirmed, FraudReviewed
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.problems import Problem

ROOM = "assessment.cases"
CONTENT = ("division", "kind", "evidence")
DECISIONS = OwnTask(
    procedure=ROOM,
    step="decided",
    roles=("auditor",),
    zh="核实案件",
    en="Confirm or dismiss a case",
    columns=("c.id", "c.division", "NULL::uuid", "c.opened_on", "c.opened_on + 7"),
    source="FROM fraud_case c WHERE c.state = 'open' AND c.opened_by <> :subject",
)
# One for a case, however many of its households are left: a township is sent there once.
REVIEWS = OwnTask(
    procedure=ROOM,
    step="reviewed",
    roles=("township",),
    zh="实地复核冻结户",
    en="Look at the frozen households on the spot",
    columns=("h.case_id", "h.case_division", "NULL::uuid", "h.confirmed_on", "h.confirmed_on + 7"),
    source="""
        FROM (
            SELECT DISTINCT case_id, case_division, confirmed_on FROM case_household
            WHERE confirmed_on IS NOT NULL AND reviewed_on IS NULL AND opened_by <> :subject
        ) h
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
    if {r["id"] for r in named} != set(subjects):
        raise Problem("assessment.cases.subject_unknown")
    divisions = await queries.list_divisions(connection, households)
    if len(divisions) != len(households):
        raise Problem("shared.household_unknown")
    if not all(division.startswith(new.division) for division in divisions.values()):
        raise Problem("assessment.cases.outside_division")
    case = {
        "id": new.id,
        "division": new.division,
        "kind": new.kind,
        "evidence": new.evidence,
        "opened_on": act.business_date,
        "opened_by": act.subject,
    }
    of_case = {"case_id": new.id, "case_division": new.division, "opened_by": act.subject}
    if not await queries.insert_case(
        connection, case,
        [
            {"case_id": new.id, "subject_id": r["id"], "subject_kind": r["kind"], "division": new.division}
            for r in named
        ],
        [of_case | {"household_id": one, "division": divisions[one]} for one in households],
    ):  # fmt: skip
        raise Problem("shared.id_taken")


async def _is_same(
    connection: Connection, new: NewCase, earlier: Row, subjects: list[UUID], households: list[UUID]
) -> bool:
    return (
        all(earlier[name] == getattr(new, name) for name in CONTENT)
        and await queries.list_subjects(connection, new.id) == subjects
        and [r["household_id"] for r in await queries.list_households(connection, new.id)] == households
    )


async def confirm(connection: Connection, act: Act, case_id: UUID) -> None:
    """From here on what the case touched stands still everywhere until it has been reviewed.

    Raises:
        Problem: decided already (409), or by who opened it (403).
    """
    case = await _decide(connection, act, case_id, "confirmed")
    subjects = await queries.list_subjects(connection, case_id)
    households = [r["household_id"] for r in await queries.list_households(connection, case_id)]
    await queries.confirm_households(connection, case_id, act.business_date, len(households))
    await emit(connection, act, "assessment", [
        FraudConfirmed(
            case_id=case_id, division=case["division"], household_ids=households[start:end], kind=case["kind"],
            subject_ids=subjects, confirmed_on=act.business_date,
        )
        for start, end in chunk_bounds(len(households))
    ])  # fmt: skip


async def dismiss(connection: Connection, act: Act, case_id: UUID) -> None:
    """Raises Problem where it is decided already (409), or by who opened it (403)."""
    await _decide(connection, act, case_id, "dismissed")


async def _decide(connection: Connection, act: Act, case_id: UUID, state: str) -> Row:
    case = await queries.lock_case(connection, case_id)
    refusal = decision_refusal(case["state"], case["opened_by"], act.subject)
    if refusal:
        raise Problem(refusal)
    await queries.decide_case(connection, case_id, state, act.business_date, act.subject)
    return case


async def review(connection: Connection, act: Act, case_id: UUID, ids: Sequence[UUID]) -> list[Result]:
    """These households were looked at on the spot; they go on. Those reviewed before are not told again."""
    found = await queries.lock_households(connection, case_id, ids)
    results, fresh = [], set[UUID]()
    for one in ids:
        row = found.get(one)
        code = review_refusal(_touched(row), act.subject)
        results.append(result(ROOM, one, code))
        if row and not code and row["reviewed_on"] is None:
            fresh.add(one)
    reviewed = sorted(fresh)
    await queries.set_reviewed(connection, case_id, reviewed, act.business_date, act.subject)
    await emit(connection, act, "assessment", [
        FraudReviewed(
            case_id=case_id, division=found[reviewed[0]]["case_division"], household_ids=reviewed[start:end],
            reviewed_on=act.business_date,
        )
        for start, end in chunk_bounds(len(reviewed)) if start < end
    ])  # fmt: skip
    return results


def _touched(row: Row | None) -> TouchedHousehold | None:
    if row is None:
        return None
    return TouchedHousehold(row["opened_by"], row["confirmed_on"] is not None, row["reviewed_on"] is not None)
