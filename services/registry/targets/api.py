"""Doors to targets: the county sets them, planned and actual are read side by side."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.registry.targets import actions
from services.registry.targets.schemas import Target, TargetShown
from shared.acts.bodies import Batch, Page, Results
from shared.doors.http import CurrentPolicy, Reading, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/targets", tags=["targets"])

Planner = Annotated[Act, by("county")]
Reader = Annotated[Act, by("county", "township", "village", "auditor")]


@router.put("")
async def set_targets(body: Batch[Target], connection: Transaction, act: Planner) -> Results:
    """Up to 1,000 targets at once, a result for each: `id` is the target's code."""
    return body.answered(await actions.set_targets(connection, act, body.sound))


@router.get("")
async def list_targets(
    connection: Reading, act: Reader, policy: CurrentPolicy, year: Annotated[int, Query(ge=2014, le=2030)]
) -> Page[TargetShown]:
    """All of a year's targets in the caller's area, with what the registers count on the business date."""
    found = await actions.list_targets(connection, act, policy, year)
    return Page(items=[TargetShown(**one._asdict()) for one in found], next=None)
