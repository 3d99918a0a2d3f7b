"""Doors to what undone exits and registrations touch: the queue, each benefit, two persons' words, and sums."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registry.touched import actions, queries
from services.registry.touched.rules import Cause, State, unanswered
from services.registry.touched.schemas import (
    BenefitShown,
    BenefitSumShown,
    CaseCountShown,
    Said,
    TouchedFigures,
    TouchedShown,
    TouchedWhole,
)
from services.registry.touched.tables import TouchedCase
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import Paging, Reading, Transaction, by
from shared.ground.context import Act
from shared.values.inputs import Area

router = APIRouter(prefix="/touched", tags=["touched"])

READERS = by("county", "township", "auditor")
County = Annotated[Act, by("county")]


@router.post("/words")
async def say(body: Batch[Said], connection: Transaction, act: County) -> Results:
    """What becomes of every benefit of a case that all services have answered; it decides nothing in them."""
    return body.answered(await actions.say(connection, act, body.sound))


@router.post("/confirmations")
async def confirm(body: Batch[Confirmation], connection: Transaction, act: County) -> Results:
    """Confirmed by another person, that is what the county wants. Not confirmed: it is said anew."""
    return body.answered(await actions.confirm(connection, act, body.sound))


@router.get("", dependencies=[READERS])
async def list_cases(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    state: State | None = None,
    cause: Cause | None = None,
    division: Area | None = None,
) -> Page[TouchedShown]:
    """Cases of the caller's area, by id."""
    rows = await queries.list_cases(
        connection, at, household_id=household_id, state=state, cause=cause, division=division
    )
    return page(TouchedShown, [_shown(row) for row in rows], at)


@router.get("/figures")
async def show_figures(
    connection: Reading, act: Annotated[Act, READERS], division: Area | None = None
) -> TouchedFigures:
    """Of the caller's area, or of a part of it: cases by cause and state, and sums of what was given by outcome."""
    within = division or act.caller.area
    return TouchedFigures(
        cases=[CaseCountShown(**row._asdict()) for row in await queries.count_cases(connection, within)],
        benefits=[BenefitSumShown(**row._asdict()) for row in await queries.sum_benefits(connection, within)],
    )


@router.get("/{case_id}", dependencies=[READERS])
async def get_case(case_id: UUID, connection: Reading) -> TouchedWhole:
    """One case of the caller's area, with every benefit by service, kind and source."""
    case = await queries.get_case(connection, case_id)
    benefits = (await queries.list_benefits(connection, [case_id])).get(case_id, [])
    return TouchedWhole(
        case=TouchedShown.model_validate(_shown(case)),
        items=[BenefitShown(**{n: getattr(one, n) for n in BenefitShown.model_fields}) for one in benefits],
    )


def _shown(case: TouchedCase) -> dict[str, object]:
    return {**case._asdict(), "unanswered": unanswered(case.answered)}
