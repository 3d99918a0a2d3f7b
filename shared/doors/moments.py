"""As of which day, and as known at which moment, a door is asked: said alike wherever facts over time are told."""

from typing import Annotated

from fastapi import Depends

from shared.data.revisions import AsOf
from shared.doors.http import current_act
from shared.ground.context import Act
from shared.ground.problems import Problem
from shared.values.inputs import Day, Moment


async def _as_of(
    act: Annotated[Act, Depends(current_act)], on: Day | None = None, known_at: Moment | None = None
) -> AsOf:
    if on is not None and on > act.business_date:
        raise Problem("shared.future_date")
    return AsOf(on or act.business_date, known_at, asked=on is not None or known_at is not None)


# `on`: left out, the business date. `known_at`: left out, whatever is held for true now.
AskedAsOf = Annotated[AsOf, Depends(_as_of)]
