"""Sheets that households signed with ink or thumb: one official records them, another has them before him."""

import hashlib
from collections.abc import Mapping
from datetime import date

from scenario.actors.patience import named, send
from scenario.api import Api, Who


async def sign(api: Api, officials: tuple[Who, Who], procedure: str, words: Mapping[str, bool], day: date) -> None:
    """`words`: by case whether its household agrees; the first official records its sheet, the second confirms it."""
    recorder, confirmer = officials
    door = f"/{procedure.partition('.')[0]}/v1/papers"
    sheets = [
        {
            "id": named("paper", one),
            "procedure": procedure,
            "case_id": one,
            "agreed": agreed,
            "signature": "signed",
            "scan_sha256": hashlib.sha256(one.encode()).hexdigest(),
            "place": "village office",
            "signed_on": day.isoformat(),
            "witness": confirmer.subject,
        }
        for one, agreed in words.items()
    ]
    await send(api, recorder, door, sheets)
    confirmed = [{"id": sheet["id"], "confirmed": True} for sheet in sheets]
    await send(api, confirmer, f"{door}/confirmations", confirmed)
