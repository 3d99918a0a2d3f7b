"""Doors to follow-ups: reported by who was there, listed by place, state and month."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.followups import actions, queries
from services.registry.followups.rules import State
from services.registry.followups.schemas import FollowUpReport, FollowUpShown, PlaceFollowUps
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import OF_HOUSEHOLDS, Paging, Reading, Transaction, by
from shared.ground.context import Act
from shared.values.inputs import Area, Day

router = APIRouter(prefix="/follow-ups", tags=["followups"])


@router.post("/reports")
async def report(
    body: Batch[FollowUpReport],
    connection: Transaction,
    act: Annotated[Act, by("village", "team", "township")],
) -> Results:
    """What somebody saw who did not propose the exit, up to 1,000 households at once. What is not well waits for
    another person's look.
    """
    return body.answered(await actions.report(connection, act, body.sound))


@router.get("", dependencies=[OF_HOUSEHOLDS])
async def list_follow_ups(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    state: State | None = None,
    division: Area | None = None,
    month_on: Day | None = None,
) -> Page[FollowUpShown]:
    """Follow-ups of the caller's area, by id; `month_on` picks those that fall due in the month of that first day."""
    rows = await queries.list_follow_ups(
        connection, at, state=state, household_id=household_id, division=division, month_on=month_on
    )
    return page(FollowUpShown, rows, at)


@router.get("/summary", dependencies=[by("county", "township", "auditor")])
async def count_follow_ups(connection: Reading, division: Area, month_on: Day) -> list[PlaceFollowUps]:
    """What became of the follow-ups that fall due in a month, village by village."""
    rows = await queries.count_places(connection, division, month_on)
    return [PlaceFollowUps(**row._asdict()) for row in rows]
