"""The door to measures: what help a household receives."""

from uuid import UUID

from fastapi import APIRouter

from services.registry.households.queries import get_household
from services.registry.measures import queries
from services.registry.measures.schemas import Measure, MeasureList
from shared.doors.http import Reading, by

router = APIRouter(prefix="/measures", tags=["measures"])

READERS = by("county", "township", "village", "team", "helper", "auditor")


@router.get("", dependencies=[READERS])
async def list_measures(household_id: UUID, connection: Reading) -> MeasureList:
    """One household's measures, the oldest first."""
    await get_household(connection, household_id)
    return MeasureList(items=[Measure(**row) for row in await queries.list_measures(connection, household_id)])
