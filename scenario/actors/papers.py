"""Sheets that households signed with ink or thumb: one official records them, another has them before him."""

import hashlib
from collections.abc import Sequence
from datetime import date

from scenario.actors.patience import named, send
from scenario.api import Api, Who


async def sign(api: Api, officials: tuple[Who, Who], procedure: str, case_ids: Sequence[str], day: date) -> None:
    """Every household of the cases agrees; the first official records its sheet, the second confirms it."""
    recorder, confirmer = officials
    door = f"/{procedure.partition('.')[0]}/v1/papers"
    sheets = [
        {
            "id": named("paper", one),
            "procedure": procedure,
            "case_id": one,
            "agreed": True,
            "signature": "signed",
            "scan_sha256": hashlib.sha256(one.encode()).hexdigest(),
            "place": "village office",
            "signed_on": day.isoformat(),
            "witness": confirmer.subject,
        }
        for one in case_ids
    ]
    await send(api, recorder, door, sheets)
    words = [{"id": sheet["id"], "confirmed": True} for sheet in sheets]
    await send(api, confirmer, f"{door}/confirmations", words)
