"""Doors to departments' files: hand one in, list them, read what became of each row."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registry.filings import actions, queries
from services.registry.filings.schemas import FileShown, FileTaken, RowShown
from shared.acts.bodies import Cursor, NumberCursor, Page, page
from shared.doors.files import FileSent, file_of
from shared.doors.http import CurrentDataKeys, CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/attestations/files", tags=["attestations"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Reader = Annotated[Act, by("department", "county", "auditor")]


# The order matters: first who it is, then the body, and only then a connection, which a slow sender would hold.
@router.post("", openapi_extra=file_of(XLSX, "The department's list: one sheet, or the same as CSV."))
async def attest_by_file(
    act: Annotated[Act, by("department")],
    content: FileSent,
    connection: Transaction,
    policy: CurrentPolicy,
    data_keys: CurrentDataKeys,
) -> FileTaken:
    """Facts or incomes of the department's trade, up to 5,000 rows. What fits is taken, what does not is told by row;
    the file is kept sealed, and the same file again is answered the same and changes nothing.
    """
    return await actions.take_file(connection, act, policy, data_keys, content)


@router.get("")
async def list_files(connection: Paging, at: Cursor, act: Reader) -> Page[FileShown]:
    """A department's own; of their area those who oversee it; by id."""
    unit = act.caller.unit if act.caller.role == "department" else None
    return page(FileShown, await queries.list_files(connection, at, unit=unit), at)


@router.get("/{file_id}/rows", dependencies=[by("department", "county", "auditor")])
async def list_rows(file_id: UUID, connection: Paging, at: NumberCursor) -> Page[RowShown]:
    """What became of each row of a file, by row."""
    await queries.get_file(connection, file_id)
    return page(RowShown, await queries.list_rows(connection, file_id, at), at, key="row")
