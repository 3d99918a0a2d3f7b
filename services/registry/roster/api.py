"""Doors to roster imports: hand a file in, see how far it is, read what was found."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query

from services.registry.proposals.queries import list_proposals
from services.registry.proposals.schemas import ProposalShown
from services.registry.roster import actions, queries
from services.registry.roster.schemas import FindingShown, ImportBegun, ImportDecided, ImportReport, Word
from shared.acts.bodies import NumberCursor, Page, page
from shared.doors.files import FileSent, file_of
from shared.doors.http import CurrentDataKeys, Paging, Reading, Transaction, by
from shared.ground import problems
from shared.ground.context import Act
from shared.ground.problems import Problem
from shared.values.inputs import Day

router = APIRouter(prefix="/roster", tags=["roster"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Submitter = Annotated[Act, by("county", "township")]


# The order matters: first who it is, then the body, and only then a connection, which a slow sender would hold.
@router.post(
    "/imports",
    status_code=202,
    openapi_extra=file_of(XLSX, "The roster, one sheet."),
)
async def submit_roster(
    act: Submitter,
    income_year: Annotated[int, Query(ge=2013, le=2030)],
    content: FileSent,
    connection: Transaction,
    data_keys: CurrentDataKeys,
    listed_on: Annotated[Day | None, Query()] = None,
) -> ImportBegun:
    """An XLSX file with the incomes of a closed year, as of the day on which it was drawn up (today, where none is
    given; of a file that was taken before, its day of then); kept at once, read in the background.
    """
    import_id = await actions.receive_roster(connection, act, data_keys, content, income_year, listed_on)
    return ImportBegun(id=import_id, state="received")


@router.get("/imports/{import_id}", dependencies=[by("county", "township", "auditor")])
async def get_import(
    import_id: UUID, connection: Reading, accept_language: Annotated[str, Header(max_length=1000)] = ""
) -> ImportReport:
    """How far an import is, and in the end how many households were taken."""
    found = await queries.get_import(connection, import_id)
    problem = found.problem and Problem(found.problem["code"], **found.problem["figures"])
    return ImportReport(**found._asdict() | {"problem": problem and problems.body(problem, accept_language)})


@router.post("/imports/{import_id}/confirmation")
async def confirm_roster(import_id: UUID, body: Word, connection: Transaction, act: Submitter) -> ImportDecided:
    """By another person than who handed it in: what was read is taken, or the file is thrown away."""
    answer = await actions.confirm_roster(connection, act, import_id, confirmed=body.confirmed)
    return ImportDecided.model_validate({"id": import_id, "state": answer.state})


@router.get("/imports/{import_id}/findings", dependencies=[by("county", "township", "auditor")])
async def list_findings(import_id: UUID, connection: Paging, at: NumberCursor) -> Page[FindingShown]:
    """What was found, by position."""
    await queries.get_import(connection, import_id)
    return page(FindingShown, await queries.list_findings(connection, import_id, at), at, key="position")


@router.get("/imports/{import_id}/proposals", dependencies=[by("county", "township", "auditor")])
async def list_changes(import_id: UUID, connection: Paging, at: NumberCursor) -> Page[ProposalShown]:
    """What the file says otherwise of known households, by position: before it is confirmed what would change, and
    afterwards what became of it.
    """
    await queries.get_import(connection, import_id)
    return page(ProposalShown, await list_proposals(connection, import_id, at), at, key="position")
