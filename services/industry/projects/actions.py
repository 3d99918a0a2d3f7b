"""Planning projects, taking what is reported of them, accepting what was measured, spending, taking part."""

from collections import Counter
from collections.abc import Mapping, Sequence
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
    Participation,
    ParticipationAcceptance,
    Report,
    Spending,
)
from shared.acts.batches import NewRows, take_new
from shared.acts.bodies import Result, answers
from shared.data.sql import Connection, Row
from shared.events.industry import ParticipationAccepted, WorksAccepted
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.ids import uuid7

PLAN = ("kind", "division", "entity_id", "planned_x100", "budget_fen", "item")
REPORT = ("project_id", "quantity_x100", "reported_on")
SPENDING = ("project_id", "amount_fen", "spent_on", "purpose")
PART = ("project_id", "household_id", "quantity_x100", "started_on")


ROOM = "industry.projects"


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

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_projects(connection, rows)

    reasons, _ = await take_new(items, known, PLAN, judge, save)
    return answers(ROOM, [i.id for i in items], reasons)


def _place_refusal(act: Act, project: Row | None) -> str | None:
    """A project of the county is shown to its villages; theirs to act on are their own."""
    if project is None:
        return "shared.not_found"
    return None if act.caller.within(project["division"]) else "outside_area"


async def record_reports(connection: Connection, act: Act, items: Sequence[Report]) -> list[Result]:
    """Keep what is said; of each project the last report stands until the next."""
    projects = await queries.lock_projects(connection, [i.project_id for i in items])
    standing = await queries.list_reports_by_id(connection, [p["report_id"] for p in projects.values()])
    last_on = {r["project_id"]: r["reported_on"] for r in standing.values()}

    def judge(item: Report) -> str | dict[str, Any]:
        project = projects.get(item.project_id)
        reason = _place_refusal(act, project)
        if reason is None and project is not None:
            if project["unit"] == NO_UNIT:
                reason = "no_quantity"
            elif item.reported_on > act.business_date:
                reason = "future_date"
            elif item.reported_on < last_on.setdefault(item.project_id, item.reported_on):
                reason = "dates_reversed"
            else:
                last_on[item.project_id] = item.reported_on
                return item.model_dump() | {"division": project["division"], "reported_by": act.subject}
        return reason or "shared.not_found"

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_reports(connection, rows)

    known = await queries.list_reports_by_id(connection, [i.id for i in items])
    reasons, new = await take_new(items, known, REPORT, judge, save)
    await queries.set_reported(connection, {r["project_id"]: r for r in new})
    return answers(ROOM, [i.id for i in items], reasons)


async def accept_projects(
    connection: Connection, act: Act, policy: Policy, items: Sequence[Acceptance]
) -> list[Result]:
    """What was measured of each project's last report becomes what it has; finished works fill the checklist."""
    tolerance_ppm = policy.on(act.business_date, ReportPolicy).report_tolerance_ppm
    projects = await queries.lock_projects(connection, [i.project_id for i in items])
    reports = await queries.list_reports_by_id(connection, [p["report_id"] for p in projects.values()])
    known: dict[UUID, Any] = dict(await queries.list_acceptances(connection, list(reports)))
    reasons, rows, findings, facts = list[str | None](), NewRows(), NewRows(), list[WorksAccepted]()
    for item in items:
        project = projects.get(item.project_id)
        report = reports.get(project["report_id"]) if project else None
        reasons.append(_acceptance_refusal(act, item, project, report, known))
        if project is None or report is None or reasons[-1] or report["id"] in known:
            continue
        known[report["id"]] = row = item.model_dump() | {
            "report_id": report["id"],
            "division": project["division"],
            "accepted_by": act.subject,
            "reported_by": report["reported_by"],
        }
        rows.append(row)
        if over_reported(report["quantity_x100"], item.quantity_x100, tolerance_ppm):
            findings.append(_finding(act, project, report, item))
        done_before = works_done(project["planned_x100"], project["accepted_x100"])
        if project["kind"] == "works" and not done_before and works_done(project["planned_x100"], item.quantity_x100):
            facts.append(
                WorksAccepted(
                    division=project["division"],
                    project_id=project["id"],
                    item=project["item"],
                    accepted_on=item.accepted_on,
                )
            )
    await queries.insert_acceptances(connection, rows, findings)
    await emit(connection, act, "industry", facts)
    return answers(ROOM, [i.project_id for i in items], reasons)


def _acceptance_refusal(
    act: Act, item: Acceptance, project: Row | None, report: Row | None, known: dict[UUID, Any]
) -> str | None:
    if reason := _place_refusal(act, project):
        return reason
    if report is None:
        return "not_reported"
    if report["id"] in known:
        earlier = known[report["id"]]
        same = all(earlier[name] == getattr(item, name) for name in ("quantity_x100", "accepted_on"))
        return None if same else "already_accepted"
    if report["reported_by"] == act.subject:
        return "shared.same_person"
    if item.accepted_on > act.business_date:
        return "future_date"
    return "dates_reversed" if item.accepted_on < report["reported_on"] else None


def _finding(act: Act, project: Row, report: Row, item: Acceptance) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "report_id": report["id"],
        "project_id": project["id"],
        "division": project["division"],
        "code": "over_reported",
        "reported_x100": report["quantity_x100"],
        "accepted_x100": item.quantity_x100,
        "found_on": act.business_date,
    }


async def record_spendings(connection: Connection, act: Act, items: Sequence[Spending]) -> list[Result]:
    """Pay from budgets while they last; the projects are locked, so that two spenders see one another."""
    projects = await queries.lock_projects(connection, [i.project_id for i in items])
    known = await queries.list_spendings_by_id(connection, [i.id for i in items])
    left = {i: p["budget_fen"] - p["spent_fen"] for i, p in projects.items()}

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
            "division": project["division"],
            "recorded_on": act.business_date,
            "recorded_by": act.subject,
        }

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_spendings(connection, rows)

    reasons, new = await take_new(items, known, SPENDING, judge, save)
    sums = Counter[UUID]()
    for row in new:
        sums[row["project_id"]] += row["amount_fen"]
    await queries.add_spent(connection, sums)
    return answers(ROOM, [i.id for i in items], reasons)


async def record_participations(connection: Connection, act: Act, items: Sequence[Participation]) -> list[Result]:
    """Keep households' parts; a household has one part of a project."""
    households = await queries.lock_households(connection, [i.household_id for i in items])
    projects = await queries.list_projects_by_id(connection, [i.project_id for i in items])
    known = await queries.list_participations_by_id(connection, [i.id for i in items])
    standing = await queries.list_standing(connection, list(households))

    def judge(item: Participation) -> str | dict[str, Any]:
        household, project = households.get(item.household_id), projects.get(item.project_id)
        if household is None or household["status"] == "removed":
            return "household_removed" if household else "shared.household_unknown"
        if project is None:
            return "shared.not_found"
        if project["unit"] == NO_UNIT:
            return "no_quantity"
        if item.started_on > act.business_date:
            return "future_date"
        if (item.project_id, item.household_id) in standing:
            return "takes_part_already"
        standing.add((item.project_id, item.household_id))
        return item.model_dump() | {
            "division": household["division"],
            "state": "reported",
            "reported_on": act.business_date,
            "reported_by": act.subject,
        }

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_participations(connection, rows)

    reasons, _ = await take_new(items, known, PART, judge, save)
    return answers(ROOM, [i.id for i in items], reasons)


async def accept_participations(
    connection: Connection, act: Act, policy: Policy, items: Sequence[ParticipationAcceptance]
) -> list[Result]:
    """Answer what was reported, once; what is too young stays open, so that it may come again."""
    youngest_days = policy.on(act.business_date, ParticipationPolicy).participation_youngest_days
    parts: dict[UUID, Any] = dict(await queries.lock_participations(connection, [i.id for i in items]))
    reasons, rows = list[str | None](), NewRows()
    for item in items:
        part = parts.get(item.id)
        answer = {
            "id": item.id,
            "state": "accepted" if item.accepted else "refused",
            "accepted_on": item.accepted_on,
            "accepted_x100": item.quantity_x100 if item.accepted else None,
        }
        reasons.append(_answer_refusal(act, item, part, answer, youngest_days))
        if part is not None and reasons[-1] is None and part["state"] == "reported":
            parts[item.id] = dict(part) | answer
            rows.append(answer)
    await queries.answer_participations(connection, rows, act.subject)
    await emit(connection, act, "industry", [
        ParticipationAccepted(
            household_id=part["household_id"], division=part["division"], participation_id=part["id"],
            project_kind=part["kind"], quantity_x100=part["accepted_x100"], unit=part["unit"],
            accepted_on=part["accepted_on"],
        )
        for part in (parts[r["id"]] for r in rows)
        if part["state"] == "accepted"
    ])  # fmt: skip
    return answers(ROOM, [i.id for i in items], reasons)


def _answer_refusal(
    act: Act, item: ParticipationAcceptance, part: Any, answer: dict[str, Any], youngest_days: Mapping[str, int]
) -> str | None:
    if part is None:
        return "shared.not_found"
    if part["state"] != "reported":
        return None if all(part[name] == value for name, value in answer.items()) else "already_accepted"
    if part["reported_by"] == act.subject:
        return "shared.same_person"
    if item.accepted_on > act.business_date:
        return "future_date"
    found = Part(part["kind"], part["started_on"], item.accepted, item.quantity_x100, item.accepted_on)
    return part_refusal(found, youngest_days)
