"""Doors to lists of other registers: hand one in, confirm what was held, read what became of each row."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.registry.matches import actions, queries
from services.registry.matches.files import SHEET
from services.registry.matches.rules import Kind, State
from services.registry.matches.schemas import Asked, MatchFileShown, MatchFileTaken, MatchRowShown
from shared.acts.bodies import Batch, Confirmation, Cursor, NumberCursor, Page, Results, page
from shared.doors.files import FileSent, Xlsx, file_of
from shared.doors.http import CurrentDataKeys, CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act
from shared.values.inputs import Day

router = APIRouter(prefix="/matches/files", tags=["matches"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Heading = Annotated[str | None, Query(min_length=1, max_length=50)]


async def _asked(
    kind: Kind,
    number_heading: Heading = None,
    object_heading: Heading = None,
    since_heading: Heading = None,
    value_heading: Heading = None,
    code_heading: Heading = None,
    sheet: Heading = None,
    document_no: Annotated[str | None, Query(min_length=1, max_length=60)] = None,
    answer_due_on: Day | None = None,
) -> Asked:
    said = {
        "number": number_heading,
        "object": object_heading,
        "since": since_heading,
        "value": value_heading,
        "code": code_heading,
        SHEET: sheet,
    }
    headings = {meaning: heading for meaning, heading in said.items() if heading is not None}
    return Asked(kind, headings, document_no, answer_due_on)


# The order matters: first who it is, then the body, and only then a connection, which a slow sender would hold.
@router.post("", openapi_extra=file_of(XLSX, "The register's list: its first sheet, or the same as CSV."))
async def compare_file(
    act: Annotated[Act, by("county")],
    asked: Annotated[Asked, Depends(_asked)],
    content: FileSent,
    connection: Transaction,
    policy: CurrentPolicy,
    data_keys: CurrentDataKeys,
) -> MatchFileTaken:
    """Up to 20,000 rows, compared with the register by ID number. What matches is suspected, and looked into on the
    spot; a list that touches too many households of a township is held for a second person. It is kept sealed, and the
    same list again is answered the same and changes nothing. Superiors' lists come with a document and a day until
    which they are answered, and say of each row what they suspect.
    """
    return await actions.take_file(connection, act, policy, data_keys, asked, content)


@router.post("/confirmations")
async def confirm_match_files(
    body: Batch[Confirmation],
    connection: Transaction,
    policy: CurrentPolicy,
    data_keys: CurrentDataKeys,
    act: Annotated[Act, by("county")],
) -> Results:
    """By another person than who handed it in. Confirmed: what the list holds is raised. Not confirmed: nothing is."""
    return body.answered(await actions.confirm_files(connection, act, policy, data_keys, body.sound))


@router.get("", dependencies=[by("county", "auditor")])
async def list_match_files(
    connection: Paging, at: Cursor, state: State | None = None, kind: Kind | None = None
) -> Page[MatchFileShown]:
    """Lists that were handed in, by id."""
    return page(MatchFileShown, await queries.list_files(connection, at, state=state, kind=kind), at)


@router.get("/{file_id}/rows", dependencies=[by("county", "auditor")])
async def list_match_rows(file_id: UUID, connection: Paging, at: NumberCursor) -> Page[MatchRowShown]:
    """What became of the rows that matched or could not be read, by row; of a list that is held, of the latter."""
    await queries.get_file(connection, file_id)
    return page(MatchRowShown, await queries.list_rows(connection, file_id, at), at, key="row")


@router.get("/{file_id}/answers", response_class=Xlsx, dependencies=[by("county", "auditor")])
async def answer_superiors(file_id: UUID, connection: Reading, data_keys: CurrentDataKeys) -> Xlsx:
    """What superiors are told of their list: its rows in their order, each with what was found, by rule and day, what
    follows, and of what is so whether the household was struck then, came back, or is still decided about, with the
    day. Nobody is named; whom this register does not have is told as such.
    """
    content = await actions.answer_superiors(connection, data_keys, file_id)
    headers = {"Content-Disposition": f'attachment; filename="answers-{file_id}.xlsx"', "Cache-Control": "no-store"}
    return Xlsx(content, headers=headers)
