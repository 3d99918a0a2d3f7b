"""Planning projects, taking what is reported of them, accepting what was measured, spending, taking part."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from services.industry.projects import queries
from services.industry.projects.rules import (
    NO_UNIT,
    Part,
    ParticipationPolicy,
    Plan,
    ProjectPolicy,
    ReportPolicy,
    is_credit_code,
    over_reported,
    part_refusal,
    plan_refusal,
    works_done,
)
from services.industry.projects.schemas import (
    Acceptance,
    Entity,
    NewProject,
    PartAcceptance,
    Participation,
    Report,
    Spending,
)
from services.industry.projects.tables import (
    Project,
    ProjectFinding,
    ProjectParticipation,
    ProjectReport,
    project_participation,
    project_report,
)
from shared.acts.batches import take_new
from shared.acts.bodies import Result, answers
from shared.acts.procedures import PASSED, Finding, Procedure, Step, advance, lock_cases, log_steps, take_step
from shared.acts.projection import OF_REGISTERED, list_households, lock_households, registered
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.industry import ParticipationAccepted, WorksAccepted
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.ids import uuid7

ROOM = "industry.projects"
REPORTS = Procedure(f"{ROOM}.reports", project_report, ((
    Step("accepted", "reported", ("township",), ("reported_by",), "measured", sets=("accepted_x100", "accepted_on"),
         zh="乡镇验收项目", en="Acceptance of what a village reported, as measured"),
),))  # fmt: skip
# Nothing is paid for a part: it is measured as it stands, also while its household is frozen.
PARTS = Procedure(f"{ROOM}.participations", project_participation, ((
    Step("accepted", "reported", ("township",), ("reported_by",), "measured", days=30,
         sets=("accepted_x100", "accepted_on"), asked_where=OF_REGISTERED,
         zh="乡镇验收农户参与", en="Acceptance of a household's part, as measured"),
),), freezes=False)  # fmt: skip
PLAN = ("kind", "division", "entity_id", "planned_x100", "budget_fen", "item")
REPORT = ("project_id", "quantity_x100", "reported_on")
SPENDING = ("project_id", "amount_fen", "spent_on", "purpose")
PART = ("project_id", "household_id", "quantity_x100", "started_on")


async def set_entities(connection: Connection, act: Act, items: Sequence[Entity]) -> list[Result]:
    """The last word on an entity counts; a code is one entity's."""
    await queries.take_turn(connection)
    owners = await queries.list_codes(connection, [i.code for i in items])
    rows, reasons = dict[UUID, dict[str, Any]](), list[str | None]()
    for item in items:
        reason = None
        if item.id in rows:
            reason = "twice_in_batch"
        elif not is_credit_code(item.code):
            reason = "wrong_code"
        elif owners.setdefault(item.code, item.id) != item.id:
            reason = "code_taken"
        else:
            rows[item.id] = item.model_dump(exclude={"leading"}) | {
                "leads": item.leading,
                "set_on": act.business_date,
                "set_by": act.subject,
            }
        reasons.append(reason)
    await queries.set_entities(connection, list(rows.values()))
    return answers(ROOM, [i.id for i in items], reasons)


async def plan_projects(connection: Connection, act: Act, policy: Policy, items: Sequence[NewProject]) -> list[Result]:
    """Keep plans; a kind's unit is laid down with its plan."""
    figures = policy.on(act.business_date, ProjectPolicy)
    entities = await queries.list_known_entities(connection, [i.entity_id for i in items if i.entity_id])
    known = await queries.list_projects_by_id(connection, [i.id for i in items])

    def judge(item: NewProject) -> str | dict[str, Any]:
        plan = Plan(
            item.kind,
            item.division,
            item.planned_x100,
            item.item,
            entity_named=item.entity_id is not None,
            entity_known=item.entity_id in entities,
            inside=act.caller.within(item.division),
        )
        reason = plan_refusal(plan, figures)
        return reason or item.model_dump() | {
            "unit": figures.project_units[item.kind],
            "created_on": act.business_date,
            "created_by": act.subject,
        }

    reasons, _ = await take_new(items, known, PLAN, judge, partial(queries.insert_projects, connection))
    return answers(ROOM, [i.id for i in items], reasons)


def _place_refusal(act: Act, project: Project | None) -> str | None:
    """A project of the county is shown to its villages; theirs to act on are their own."""
    if project is None:
        return "shared.not_found"
    return None if act.caller.within(project.division) else "outside_area"


async def record_reports(connection: Connection, act: Act, items: Sequence[Report]) -> list[Result]:
    """Keep what is said; of each project the last report stands until the next."""
    projects = await queries.lock_projects(connection, [i.project_id for i in items])
    standing = await queries.list_reports_by_id(connection, [p.report_id for p in projects.values() if p.report_id])
    last_on = {r.project_id: r.reported_on for r in standing.values()}

    def judge(item: Report) -> str | dict[str, Any]:
        project = projects.get(item.project_id)
        reason = _place_refusal(act, project)
        if project is None or reason:
            return reason or "shared.not_found"
        if project.unit == NO_UNIT:
            return "no_quantity"
        if item.reported_on > act.business_date:
            return "future_date"
        if item.reported_on < last_on.setdefault(item.project_id, item.reported_on):
            return "dates_reversed"
        last_on[item.project_id] = item.reported_on
        said = item.model_dump() | {"division": project.division, "reported_by": act.subject}
        return REPORTS.opened(act, "reported", **said)._asdict()

    known = await queries.list_reports_by_id(connection, [i.id for i in items])
    reasons, rows = await take_new(items, known, REPORT, judge, partial(queries.insert_reports, connection))
    new = [ProjectReport(**row) for row in rows]
    await log_steps(connection, act, REPORTS, "reported", [(report, PASSED) for report in new])
    last = {report.project_id: report for report in new}
    waited = [r for r in (*standing.values(), *new) if r.state == "reported" and r != last.get(r.project_id, r)]
    await advance(connection, act, REPORTS, "replaced", [(report, "replaced", PASSED) for report in waited])
    await queries.set_reported(connection, last)
    return answers(ROOM, [i.id for i in items], reasons)


async def accept_reports(connection: Connection, act: Act, policy: Policy, items: Sequence[Acceptance]) -> list[Result]:
    """What was measured of each project's last report becomes what it has; finished works fill the checklist."""
    tolerance_ppm = policy.on(act.business_date, ReportPolicy).report_tolerance_ppm
    # The projects before their reports, as who reports does: they never wait for one another in a circle.
    reports = await queries.list_reports_by_id(connection, [i.id for i in items])
    projects = await queries.lock_projects(connection, {r.project_id for r in reports.values()})

    def find(case: ProjectReport, item: Acceptance) -> Finding:
        if item.accepted_on > act.business_date:
            return Finding(refusal="shared.future_date")
        if item.accepted_on < case.reported_on:
            return Finding(refusal=f"{ROOM}.dates_reversed")
        return Finding(sets={"accepted_x100": item.quantity_x100, "accepted_on": item.accepted_on})

    async def save(passed: list[tuple[ProjectReport, Finding]]) -> None:
        measured = {report.project_id: found.sets["accepted_x100"] for report, found in passed}
        await queries.set_accepted(connection, measured)
        boasting = [
            _finding(act, report, measured[report.project_id])
            for report, _ in passed
            if over_reported(report.quantity_x100, measured[report.project_id], tolerance_ppm)
        ]
        await queries.insert_findings(connection, boasting)
        done = [_works(projects[report.project_id], found.sets) for report, found in passed]
        await emit(connection, act, "industry", [works for works in done if works])

    return await take_step(connection, act, REPORTS, "accepted", items, find, save=save)


def _works(project: Project, measured: Mapping[str, Any]) -> WorksAccepted | None:
    """Works of which everything planned is there, and was not before."""
    done_before = works_done(project.planned_x100, project.accepted_x100)
    if project.kind != "works" or done_before or not works_done(project.planned_x100, measured["accepted_x100"]):
        return None
    assert project.item is not None
    return WorksAccepted(
        division=project.division,
        project_id=project.id,
        item=project.item,
        accepted_on=measured["accepted_on"],
    )


def _finding(act: Act, report: ProjectReport, measured_x100: int) -> ProjectFinding:
    return ProjectFinding(
        id=uuid7(),
        report_id=report.id,
        project_id=report.project_id,
        division=report.division,
        code="over_reported",
        reported_x100=report.quantity_x100,
        accepted_x100=measured_x100,
        found_on=act.business_date,
    )


async def record_spendings(connection: Connection, act: Act, items: Sequence[Spending]) -> list[Result]:
    """Pay from budgets while they last; the projects are locked, so that two spenders see one another."""
    projects = await queries.lock_projects(connection, [i.project_id for i in items])
    known = await queries.list_spendings_by_id(connection, [i.id for i in items])
    left = {i: p.budget_fen - p.spent_fen for i, p in projects.items()}

    def judge(item: Spending) -> str | dict[str, Any]:
        project = projects.get(item.project_id)
        if project is None:
            return "shared.not_found"
        if item.spent_on > act.business_date:
            return "future_date"
        if item.amount_fen > left[item.project_id]:
            return "over_budget"
        left[item.project_id] -= item.amount_fen
        return item.model_dump() | {
            "division": project.division,
            "recorded_on": act.business_date,
            "recorded_by": act.subject,
        }

    reasons, new = await take_new(items, known, SPENDING, judge, partial(queries.insert_spendings, connection))
    sums = Counter[UUID]()
    for row in new:
        sums[row["project_id"]] += row["amount_fen"]
    await queries.add_spent(connection, sums)
    return answers(ROOM, [i.id for i in items], reasons)


async def record_participations(connection: Connection, act: Act, items: Sequence[Participation]) -> list[Result]:
    """Keep households' parts; a household has one part of a project."""
    households = await lock_households(connection, [i.household_id for i in items])
    projects = await queries.list_projects_by_id(connection, [i.project_id for i in items])
    known = await queries.list_participations_by_id(connection, [i.id for i in items])
    standing = await queries.list_standing(connection, households)

    def judge(item: Participation) -> str | dict[str, Any]:
        household, project = registered(households, item.household_id), projects.get(item.project_id)
        if isinstance(household, str):
            return household
        if project is None:
            return "shared.not_found"
        if project.unit == NO_UNIT:
            return "no_quantity"
        if item.started_on > act.business_date:
            return "future_date"
        if (item.project_id, item.household_id) in standing:
            return "takes_part_already"
        standing.add((item.project_id, item.household_id))
        said = {"division": household.division, "reported_on": act.business_date, "reported_by": act.subject}
        return PARTS.opened(act, "reported", **item.model_dump(), **said)._asdict()

    reasons, new = await take_new(items, known, PART, judge, partial(queries.insert_participations, connection))
    await log_steps(connection, act, PARTS, "reported", [(ProjectParticipation(**row), PASSED) for row in new])
    return answers(ROOM, [i.id for i in items], reasons)


async def accept_participations(
    connection: Connection, act: Act, policy: Policy, items: Sequence[PartAcceptance]
) -> list[Result]:
    """Answer what was reported, once; what is too young stays open, so that it may come again."""
    youngest_days = policy.on(act.business_date, ParticipationPolicy).participation_youngest_days
    cases = await lock_cases(connection, PARTS, [i.id for i in items])
    households = await list_households(connection, {c.household_id for c in cases.values()})
    projects = await queries.list_projects_by_id(connection, {c.project_id for c in cases.values()})

    def find(case: ProjectParticipation, item: PartAcceptance) -> Finding:
        household, project = registered(households, case.household_id), projects.get(case.project_id)
        if isinstance(household, str) and item.confirmed:
            return Finding(refusal=household)
        if project is None:
            return Finding(refusal="shared.not_found")
        if item.accepted_on > act.business_date:
            return Finding(refusal="shared.future_date")
        found = Part(project.kind, case.started_on, item.confirmed, item.quantity_x100, item.accepted_on)
        if reason := part_refusal(found, youngest_days):
            return Finding(refusal=f"{ROOM}.{reason}")
        said = {"accepted_on": item.accepted_on}
        if not item.confirmed:
            return Finding(passed=False, reason="not_confirmed", sets=said)
        return Finding(sets=said | {"accepted_x100": item.quantity_x100})

    def accepted(case: ProjectParticipation, found: Finding) -> Payload:
        project = projects[case.project_id]
        return ParticipationAccepted(
            household_id=case.household_id,
            division=case.division,
            participation_id=case.id,
            project_kind=project.kind,
            quantity_x100=found.sets["accepted_x100"],
            unit=project.unit,
            accepted_on=found.sets["accepted_on"],
        )

    return await take_step(connection, act, PARTS, "accepted", items, find, rows=cases, facts=accepted)
