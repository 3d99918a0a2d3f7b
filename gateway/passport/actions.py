"""Composing a passport: every service is asked at once, with the caller's own token."""

import asyncio
import json
from typing import Any
from uuid import UUID

from gateway.passport.rules import DOSSIERS, of_household, part_name
from gateway.passport.schemas import PassportPart, Warned
from gateway.proxy.actions import Session, fetch_answer
from shared.ground import problems

UNAVAILABLE = "shared.unavailable"


async def compose(
    session: Session, upstreams: dict[str, str], headers: dict[str, str], household_id: UUID
) -> tuple[dict[str, PassportPart], list[Warned]]:
    """The parts by name, and a warning for each that a service could not give."""
    answers = await asyncio.gather(*(_ask(session, upstreams, headers, name, str(household_id)) for name in DOSSIERS))
    parts = {name: part for answer in answers for name, part in answer.items()}
    texts = {f"title_{language}": problems.text(UNAVAILABLE, language) for language in ("en", "zh")}
    missing = [name for name, part in parts.items() if part.unavailable]
    return parts, [Warned(part=name, code=UNAVAILABLE, **texts) for name in missing]


async def _ask(
    session: Session, upstreams: dict[str, str], headers: dict[str, str], service: str, household_id: str
) -> dict[str, PassportPart]:
    """A service's parts by name; its refusal stands in each."""
    address = upstreams.get(service)
    url = f"{address}/{service}/v1/dossier/{household_id}"
    answer = await fetch_answer(session, url, headers) if address else None
    body = _read(answer.body) if answer else None
    names = DOSSIERS[service]
    if answer is None or answer.status >= 500 or body is None:
        bodies = dict[str, Any]()
    elif answer.status >= 400:
        bodies = dict.fromkeys(names, body)
    else:
        bodies = {name: of_household(body[name], household_id) for name in names if name in body}
    status = answer.status if answer else None
    return {
        part_name(service, name): PassportPart(status=status, body=bodies[name])
        if name in bodies
        else PassportPart(unavailable=True)
        for name in names
    }


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
