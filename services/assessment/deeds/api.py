"""The door to deeds: what happened for a household."""

from typing import Annotated

from fastapi import APIRouter

from services.assessment.deeds import queries
from services.assessment.deeds.rules import FollowUpPolicy, follow_up_due_on
from services.assessment.deeds.schemas import DeedItem
from shared.acts.bodies import Cursor, Page, page
from shared.acts.numbers import OneHousehold
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Paging
from shared.ground.context import Act

router = APIRouter(prefix="/deeds", tags=["deeds"])

Reader = Annotated[Act, OF_HOUSEHOLDS]


@router.get("")
async def list_deeds(
    household_id: OneHousehold, connection: Paging, at: Cursor, policy: CurrentPolicy, act: Reader
) -> Page[DeedItem]:
    """One household's deeds, the oldest first, where they happened within the caller's area."""
    days = policy.on(act.business_date, FollowUpPolicy).follow_up_days
    rows = await queries.list_deeds(connection, at, household_id=household_id)
    shown = [
        DeedItem.model_validate(
            d._asdict() | {"follow_up_due_on": follow_up_due_on(d.kind, d.happened_on, days, revoked=d.revoked)}
        )
        for d in rows
    ]
    return page(DeedItem, shown, at)
