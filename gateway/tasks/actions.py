"""Asking every service at once, with the caller's own token."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

from gateway.proxy.actions import Session, fetch_answer
from gateway.tasks.rules import merged
from gateway.tasks.schemas import Tasks, absent
from shared.acts.tasks import Task
from shared.data.pages import Place


async def list_all(session: Session, upstreams: dict[str, str], headers: dict[str, str], at: Place) -> Tasks:
    """What waits for the caller anywhere; a service that is away is named."""
    query = urlencode({"limit": at.limit} | ({"after": at.after} if at.after else {}))
    names = sorted(upstreams)
    pages = await asyncio.gather(
        *(_ask(session, f"{upstreams[name]}/{name}/v1/tasks?{query}", headers) for name in names)
    )
    away = [name for name, page in zip(names, pages, strict=True) if page is None]
    items, following = merged([page for page in pages if page is not None], at.limit)
    return Tasks(
        items=[Task(**item) for item in items],
        next=at.seal(following) if following else None,
        warnings=[absent(name) for name in away],
    )


async def _ask(session: Session, url: str, headers: dict[str, str]) -> dict[str, Any] | None:
    answer = await fetch_answer(session, url, headers)
    if answer is None or answer.status != 200:
        return None
    page: dict[str, Any] = json.loads(answer.body)
    return page
