"""How people deal with a system of several houses: a fact needs a moment to arrive, a doubled request does no harm."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from scenario.api import Api, RefusedError, Who

UNKNOWN = "shared.household_unknown"
ARRIVES_WITHIN_S = 30.0
PAUSE_S = 0.2


def named(kind: str, key: object) -> str:
    """The id that a client gives: the same name has the same id, so that what was sent may be sent again."""
    return str(uuid5(NAMESPACE_URL, f"{kind}/{key}"))


async def send(
    api: Api, who: Who, path: str, items: Sequence[dict[str, Any]], method: str = "POST"
) -> list[dict[str, Any]]:
    """A list in batches of 1,000; what is refused because a household is not known yet there is sent again.

    The results in the order of the items.
    """
    results: list[dict[str, Any]] = [{}] * len(items)
    waiting, deadline = list(range(len(items))), time.monotonic() + ARRIVES_WITHIN_S
    while waiting:
        answered: list[dict[str, Any]] = []
        for start in range(0, len(waiting), 1000):
            body = {"items": [items[i] for i in waiting[start : start + 1000]]}
            answered += (await api.call(who, method, path, body))["results"]
        for i, result in zip(waiting, answered, strict=True):
            results[i] = result
        waiting = [i for i in waiting if results[i].get("code") == UNKNOWN]
        if waiting and time.monotonic() > deadline:
            return results
        if waiting:
            await asyncio.sleep(PAUSE_S)
    return results


async def once(api: Api, who: Who, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """An act that may have been done before we were interrupted: 409 says so, and is no trouble. None: it was."""
    try:
        answer: dict[str, Any] | None = await api.post(who, path, body)
    except RefusedError as refused:
        if refused.status != 409:
            raise
        return None
    return answer
