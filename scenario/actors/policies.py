"""A document of the county's leading group changes a figure: one person writes it down, another confirms it."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from scenario.actors import county
from scenario.actors.patience import named, send
from scenario.api import Api

CHANGES = "/registry/v1/policy-changes"
ISSUER = "神池县脱贫攻坚领导小组"


@dataclass(frozen=True, slots=True)
class Document:
    """What it says of which figure, from which day on."""

    no: str
    title: str
    code: str
    value: Any
    since: date


async def propose(api: Api, document: Document, day: date) -> None:
    entry = {"code": document.code, "value": document.value, "effective_from": document.since.isoformat()}
    scan = hashlib.sha256(f"{document.no} {document.title}".encode()).hexdigest()
    change = {
        "id": named("policy", document.no),
        "document_no": document.no,
        "issuer": ISSUER,
        "title": document.title,
        "issued_on": day.isoformat(),
        "scan_sha256": scan,
        "entries": [entry],
    }
    await send(api, county.PLANNER, CHANGES, [change])


async def confirm(api: Api, document: Document) -> None:
    said = {"id": named("policy", document.no), "confirmed": True}
    await send(api, county.DECIDER, f"{CHANGES}/confirmations", [said])
