"""Doors to inspections: what should be looked at next, a month's list by two persons, what was found."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.registry.inspections import actions, queries
from services.registry.inspections.queries import Counted
from services.registry.inspections.rules import InspectionPolicy, ListState, State, score_of
from services.registry.inspections.schemas import (
    InspectionListShown,
    InspectionListWhole,
    InspectionResult,
    InspectionShown,
    NewInspectionList,
    NextShown,
    Outcome,
    SignShown,
    told,
)
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act
from shared.values.money import half_up

router = APIRouter(tags=["inspections"])
LISTS, LINES = "/inspection-lists", "/inspections"
OVERSEERS = by("county", "auditor")
County = Annotated[Act, by("county")]
Overseer = Annotated[Act, OVERSEERS]
MILLION = 1_000_000


@router.get(f"{LINES}/next")
async def list_next(
    connection: Reading, act: Overseer, policy: CurrentPolicy, budget: Annotated[int, Query(ge=1, le=1000)] = 100
) -> Page[NextShown]:
    """The households that most speaks for looking at, with what it is; never for who wrote some of it himself."""
    weights = policy.on(act.business_date, InspectionPolicy)
    return Page(
        items=[
            NextShown(
                household_id=home.id,
                household_no=home.household_no,
                division=home.division,
                score=score_of(one.signs, weights),
                signs=[SignShown(sign=sign, points=weights.inspection_weights[sign]) for sign in one.signs],
            )
            for home, one in await actions.list_next(connection, act, policy, budget)
        ],
        next=None,
    )


@router.post(LISTS, status_code=201)
async def draw_list(
    body: NewInspectionList, connection: Transaction, act: County, policy: CurrentPolicy
) -> InspectionListShown:
    """Draws the list of the month: a stated part at random by the seed, the rest by what speaks for a look. A second
    person confirms it before anybody goes.
    """
    row = await actions.draw_list(connection, act, policy, body)
    return InspectionListShown.model_validate(row, from_attributes=True)


@router.post(f"{LISTS}/confirmations")
async def confirm_lists(body: Batch[Confirmation], connection: Transaction, act: County) -> Results:
    """By another person than who drew it. Confirmed: its lines wait for inspectors. Not confirmed: it is over."""
    return body.answered(await actions.confirm_lists(connection, act, body.sound))


@router.get(LISTS, dependencies=[OVERSEERS])
async def list_lists(connection: Paging, at: Cursor, state: ListState | None = None) -> Page[InspectionListShown]:
    """Lists that were drawn, by id."""
    return page(InspectionListShown, await queries.list_lists(connection, at, state=state), at)


@router.get(f"{LISTS}/{{list_id}}", dependencies=[OVERSEERS])
async def get_list(list_id: UUID, connection: Reading) -> InspectionListWhole:
    """One list, with what was found so far: how often the register errs is told by the random lines alone."""
    row = await queries.get_list(connection, list_id)
    counted = await queries.count_lines(connection, list_id)
    return InspectionListWhole.model_validate(
        row._asdict() | {"random": _outcome(counted.get("random")), "score": _outcome(counted.get("score"))}
    )


@router.post(f"{LINES}/results")
async def record_results(body: Batch[InspectionResult], connection: Transaction, act: Overseer) -> Results:
    """What somebody found who neither helps the household, nor stated, visited or decided anything of it. What is wrong
    is raised as a suspicion under the same id, and looked into by others.
    """
    return body.answered(await actions.record_results(connection, act, body.sound))


@router.get(LINES, dependencies=[OVERSEERS])
async def list_inspections(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    list_id: UUID | None = None,
    state: State | None = None,
) -> Page[InspectionShown]:
    """Lines of lists, by id; how a line was drawn is told once somebody has looked."""
    rows = await queries.list_inspections(connection, at, household_id=household_id, list_id=list_id, state=state)
    return page(InspectionShown, [told(row) for row in rows], at)


def _outcome(counted: Counted | None) -> Outcome:
    if counted is None:
        return Outcome(lines=0, inspected=0, wrong=0, wrong_ppm=None)
    ppm = half_up(counted.wrong * MILLION, counted.inspected) if counted.inspected else None
    return Outcome(lines=counted.lines, inspected=counted.inspected, wrong=counted.wrong, wrong_ppm=ppm)
