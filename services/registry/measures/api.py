"""The door to measures: what help a household receives."""

from fastapi import APIRouter

from services.registry.measures import queries
from services.registry.measures.schemas import MeasureShown
from shared.acts.bodies import Page
from shared.acts.numbers import OneHousehold
from shared.doors.http import OF_HOUSEHOLDS, Paging

router = APIRouter(prefix="/measures", tags=["measures"])


@router.get("", dependencies=[OF_HOUSEHOLDS])
async def list_measures(household_id: OneHousehold, connection: Paging) -> Page[MeasureShown]:
    """All of one household's measures, the oldest first."""
    found = await queries.list_measures(connection, household_id)
    return Page(items=[MeasureShown(**one) for one in found], next=None)
