"""The limit as a dependency of the gateway's own doors; the proxy asks the action itself."""

import time
from typing import Annotated

from fastapi import Depends, Request

from gateway.limits import actions
from shared.doors.http import current_caller
from shared.ground.context import Caller


async def _limited(request: Request, caller: Annotated[Caller, Depends(current_caller)]) -> None:
    state = request.app.state
    actions.admit(state.buckets, caller, state.limits_factor, time.monotonic())


LIMITED = Depends(_limited)
