"""Looking at every service at once, with the caller's own token, until nothing is on its way or time is up."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from gateway.backlog.rules import State, at_rest, emitted_if_idle
from gateway.proxy.actions import Session, fetch_answer

PAUSE_SECONDS = 0.02
Own = Callable[[], Awaitable[State]]


class Looked(NamedTuple):
    """What each service said of itself, those that did not answer, and whether nothing is on its way."""

    states: list[State]
    away: list[str]
    at_rest: bool


async def look(
    session: Session, upstreams: dict[str, str], headers: dict[str, str], own: Own, wait_seconds: float
) -> Looked:
    """Looks again as long as something is on its way, for `wait_seconds`; what is idle is looked at twice. `own`: what
    the gateway says of itself.
    """
    until, before = time.monotonic() + wait_seconds, None
    while True:
        states, away = await _ask_all(session, upstreams, headers, own)
        rests = not away and before is not None and at_rest(before, states)
        # A second look follows at once, the first of a busy county after a moment, while there is time.
        idle = not away and emitted_if_idle(states) is not None
        if rests or (time.monotonic() > until and not (idle and before is None)):
            return Looked(states, away, rests)
        if not idle:
            await asyncio.sleep(PAUSE_SECONDS)
        before = states


async def _ask_all(
    session: Session, upstreams: dict[str, str], headers: dict[str, str], own: Own
) -> tuple[list[State], list[str]]:
    names = sorted(upstreams)
    answers = await asyncio.gather(
        *(fetch_answer(session, f"{upstreams[name]}/{name}/v1/operations/status", headers) for name in names)
    )
    told = {n: json.loads(a.body) for n, a in zip(names, answers, strict=True) if a is not None and a.status == 200}
    return [await own(), *told.values()], [name for name in names if name not in told]
