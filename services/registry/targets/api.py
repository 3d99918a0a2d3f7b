"""Doors to targets: the county sets them, planned and actual are read side by side."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.registry.targets import actions
from services.registry.targets.schemas import TargetResults, Targets, TargetTable
from shared.doors.http import CurrentPolicy, Reading, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/targets", tags=["targets"])

Planner = Annotated[Act, by("county")]
Reader = Annotated[Act, by("county", "township", "village", "auditor")]


@router.put("")
async def set_targets(body: Targets, connection: Transaction, act: Planner) -> TargetResults:
    """Up to 1,000 targets at once, a result for each."""
    return TargetResults(results=await actions.set_targets(connection, act, body.items))


@router.get("")
async def list_targets(
    connection: Reading, act: Reader, policy: CurrentPolicy, year: Annotated[int, Query(ge=2014, le=2030)]
) -> TargetTable:
    """A year's targets in the caller's area, with what the registers count on the business date."""
    return TargetTable(items=await actions.list_targets(connection, act, policy, year))
