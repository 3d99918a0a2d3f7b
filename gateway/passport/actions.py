"""Composing a passport: every service is asked at once, with the caller's own token."""

import asyncio
import json
from typing import Any
from uuid import UUID

from gateway.passport.rules import PARTS, Part, of_household
from gateway.passport.schemas import PassportPart, Warned
from gateway.proxy.actions import Session, fetch_answer
from shared.ground import problems

UNAVAILABLE = "shared.unavailable"


async def compose(
    session: Session, upstreams: dict[str, str], headers: dict[str, str], household_id: UUID
) -> tuple[dict[str, PassportPart], list[Warned]]:
    """The parts by name, and a warning for each that a service could not give."""
    answers = await asyncio.gather(*(_ask(session, upstreams, headers, part, str(household_id)) for part in PARTS))
    parts = {part.name: answer for part, answer in zip(PARTS, answers, strict=True)}
    texts = {f"title_{language}": problems.text(UNAVAILABLE, language) for language in ("en", "zh")}
    missing = [name for name, part in parts.items() if part.unavailable]
    return parts, [Warned(part=name, code=UNAVAILABLE, **texts) for name in missing]


async def _ask(
    session: Session, upstreams: dict[str, str], headers: dict[str, str], part: Part, household_id: str
) -> PassportPart:
    address = upstreams.get(part.upstream)
    url = f"{address}{part.target.format(id=household_id)}"
    answer = await fetch_answer(session, url, headers) if address else None
    body = _read(answer.body) if answer else None
    if answer is None or answer.status >= 500 or body is None:
        return PassportPart(unavailable=True)
    return PassportPart(status=answer.status, body=of_household(body, household_id))


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
