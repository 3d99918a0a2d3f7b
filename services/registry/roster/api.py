"""Doors to roster imports: hand a file in, see how far it is, read what was found."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request

from services.registry.roster import actions, queries
from services.registry.roster.schemas import FindingItem, FindingPage, ImportBegun, ImportReport
from shared.doors.http import CurrentDataKeys, Reading, Transaction, by
from shared.ground import problems
from shared.ground.context import Act
from shared.ground.problems import Problem

router = APIRouter(prefix="/roster", tags=["roster"])

LARGEST_BYTES = 20 * 1024 * 1024
LONGEST_SECONDS = 60
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Submitter = Annotated[Act, by("county", "township")]


async def read_body(request: Request) -> bytes:
    """The raw file; what is too long, or does not end, is not waited for."""
    content = bytearray()
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            async for chunk in request.stream():
                content += chunk
                if len(content) > LARGEST_BYTES:
                    raise Problem("shared.too_large", limit_bytes=LARGEST_BYTES)
    except TimeoutError as error:
        raise Problem("registry.roster.too_slow", seconds=LONGEST_SECONDS) from error
    return bytes(content)


# The order matters: first who it is, then the body, and only then a connection, which a slow sender would hold.
@router.post(
    "/imports",
    status_code=202,
    openapi_extra={"requestBody": {"required": True, "content": {XLSX: {"schema": {"type": "string"}}}}},
)
async def submit_roster(
    act: Submitter,
    income_year: Annotated[int, Query(ge=2013, le=2030)],
    content: Annotated[bytes, Depends(read_body)],
    connection: Transaction,
    data_keys: CurrentDataKeys,
) -> ImportBegun:
    """An XLSX file with the incomes of a closed year; kept at once, read in the background."""
    import_id = await actions.receive_roster(connection, act, data_keys, content, income_year)
    return ImportBegun(id=import_id, state="received")


@router.get("/imports/{import_id}", dependencies=[by("county", "township", "auditor")])
async def get_import(
    import_id: UUID, connection: Reading, accept_language: Annotated[str, Header()] = ""
) -> ImportReport:
    """How far an import is, and in the end how many households were taken."""
    row = dict(await queries.get_import(connection, import_id))
    problem = row["problem"]
    if problem is not None:
        row["problem"] = problems.body(Problem(problem["code"], **problem["figures"]), accept_language)
    return ImportReport(**row)


@router.get("/imports/{import_id}/findings", dependencies=[by("county", "township", "auditor")])
async def list_findings(
    import_id: UUID,
    connection: Reading,
    after: Annotated[int, Query(ge=0, le=10**6)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> FindingPage:
    """What was found, by position; `next` is where the following page begins."""
    await queries.get_import(connection, import_id)
    items = [FindingItem(**row) for row in await queries.list_findings(connection, import_id, after, limit)]
    return FindingPage(items=items, next=items[-1].position if len(items) == limit else None)
