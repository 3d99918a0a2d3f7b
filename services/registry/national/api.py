"""Doors to what the national system is told: exports that follow one another, their files, and a look at a window."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registry.disclosures.api import OpenedBy
from services.registry.national import actions, queries
from services.registry.national.rules import ExportState, Window
from services.registry.national.schemas import ExportShown, NewExport
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.doors.files import Xlsx
from shared.doors.http import CurrentDataKeys, Paging, Reading, Transaction, by
from shared.ground.context import Act
from shared.values.inputs import Area, Moment

router = APIRouter(prefix="/national", tags=["national"])

County = Annotated[Act, by("county")]


@router.post("/exports")
async def ask_national_exports(body: Batch[NewExport], connection: Transaction, act: County) -> Results:
    """Write beside the doors which households changed since the last export of the same division ended: nothing is told
    twice, and nothing is left out. Who was not exported before is told whole.
    """
    return body.answered(await actions.ask_exports(connection, act, body.sound))


@router.get("/exports", dependencies=[by("county", "auditor")])
async def list_national_exports(
    connection: Paging, at: Cursor, state: ExportState | None = None, division: Area | None = None
) -> Page[ExportShown]:
    """Exports of the caller's area, by id, with the hashes of their files."""
    return page(ExportShown, await queries.list_exports(connection, at, state=state, division=division), at)


@router.get("/exports/{export_id}/file", response_class=Xlsx)
async def read_national_export(
    export_id: UUID, connection: Reading, data_keys: CurrentDataKeys, act: County, by_whom: OpenedBy
) -> Xlsx:
    """The file in the layout of the national list, with names and ID numbers: each household in it sees who read it."""
    content = await actions.open_export(connection, act, data_keys, by_whom, export_id)
    return _file(content, f"national-{export_id}")


@router.get("/changes", response_class=Xlsx)
async def look_at_national_changes(
    connection: Reading,
    data_keys: CurrentDataKeys,
    act: County,
    by_whom: OpenedBy,
    since: Moment,
    until: Moment | None = None,
    division: Area | None = None,
) -> Xlsx:
    """As an export, of any window of what became known, of up to 1,000 households; the next export is none the shorter
    for it.
    """
    content = await actions.look_at_changes(connection, act, data_keys, by_whom, Window(since, until), division)
    return _file(content, "national-changes")


def _file(content: bytes, name: str) -> Xlsx:
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', "Cache-Control": "no-store"}
    return Xlsx(content, headers=headers)
