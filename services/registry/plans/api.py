"""Doors to plans: proposed in the village, confirmed by the township, reported by their owners, checked by another."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.registry.disclosures.api import OpenedBy
from services.registry.plans import actions, queries
from services.registry.plans.rules import OFFICES, Owner, State
from services.registry.plans.schemas import NewPlanLine, Plan, PlanLineShown, PlanReport, SuggestionShown
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.data.revisions import AsOf
from shared.doors.http import OF_HOUSEHOLDS, SEE_HOUSEHOLDS, CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act

router = APIRouter(tags=["plans"])

Planner = Annotated[Act, by("village", "team", "helper")]
Reader = Annotated[Act, by(*SEE_HOUSEHOLDS, "department")]


@router.post("/plans")
async def propose_lines(
    body: Batch[NewPlanLine], connection: Transaction, policy: CurrentPolicy, act: Planner
) -> Results:
    """Lines of households' plans, up to 1,000 at once: each waits for another person."""
    return body.answered(await actions.propose_lines(connection, act, policy, body.sound))


@router.post("/plans/confirmations")
async def confirm_lines(
    body: Batch[Confirmation], connection: Transaction, act: Annotated[Act, by("township")]
) -> Results:
    """Confirmed, a line waits for its owner; what it names may have been given already, and then it is done."""
    return body.answered(await actions.confirm_lines(connection, act, body.sound))


@router.post("/plans/reports")
async def report_lines(
    body: Batch[PlanReport],
    connection: Transaction,
    policy: CurrentPolicy,
    act: Annotated[Act, by(*OFFICES, "department")],
) -> Results:
    """What came of lines, by their owners; done at once where the register's own facts show it."""
    return body.answered(await actions.report_lines(connection, act, policy, body.sound))


@router.post("/plans/checks")
async def check_lines(
    body: Batch[Confirmation], connection: Transaction, act: Annotated[Act, by("village", "team", "township")]
) -> Results:
    """Confirmed: it is as its owner reported. Not confirmed: it waits for its owner again."""
    return body.answered(await actions.check_lines(connection, act, body.sound))


@router.get("/plans")
async def list_lines(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    act: Reader,
    state: State | None = None,
    owner: Owner | None = None,
) -> Page[PlanLineShown]:
    """Lines of plans by id: a department's own; of their area those who oversee them; a villager's of his household."""
    of_unit = act.caller.unit if act.caller.role == "department" else owner
    rows = await queries.list_lines(connection, at, state=state, household_id=household_id, owner=of_unit)
    return page(PlanLineShown, rows, at)


@router.get("/households/{household_id}/plan")
async def get_plan(
    household_id: UUID,
    connection: Reading,
    policy: CurrentPolicy,
    act: Annotated[Act, OF_HOUSEHOLDS],
    by_whom: OpenedBy,
    year: Annotated[int | None, Query(ge=2014, le=2030)] = None,
) -> Plan:
    """A household's plan of a year, of this one where none is asked for, and what it is entitled to and has not while
    no line sees to it. Who opened it is on record.
    """
    of_year = year or act.business_date.year
    lines = await queries.get_lines(connection, household_id, of_year)
    lacking = await actions.suggest(connection, policy, AsOf(act.business_date), household_id, of_year)
    by_whom.opened(act, household_id)
    return Plan(
        household_id=household_id,
        year=of_year,
        lines=[PlanLineShown(**line) for line in lines],
        suggestions=[SuggestionShown(**one._asdict()) for one in lacking],
    )
