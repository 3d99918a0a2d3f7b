"""Doors to the national list as it comes back: hand it in, confirm what was held, read and settle its differences."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query

from services.registry.differences import actions, queries
from services.registry.differences.rules import OFFICES, ListState, Owner, State
from services.registry.differences.schemas import (
    DifferenceFigures,
    DifferenceShown,
    FigureShown,
    ListFindingShown,
    ListShown,
    ListTaken,
    NamedCause,
    Word,
)
from services.registry.differences.tables import NationalList
from services.registry.national.rules import Field
from shared.acts.bodies import Batch, Confirmation, Cursor, NumberCursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.files import FileSent, Xlsx, file_of
from shared.doors.http import CurrentDataKeys, Paging, Reading, Transaction, by
from shared.ground import problems
from shared.ground.context import Act
from shared.ground.problems import Problem
from shared.values.inputs import Area, Day

router = APIRouter(prefix="/national", tags=["differences"])

County = Annotated[Act, by("county")]
Owning = Annotated[Act, by(*OFFICES, "department")]
Reader = Annotated[Act, by(*OFFICES, "department", "auditor")]
Languages = Annotated[str, Header(max_length=1000, alias="accept-language")]


# The order matters: first who it is, then the body, and only then a connection, which a slow sender would hold.
@router.post("/lists", status_code=202, openapi_extra=file_of(Xlsx.media_type, "The national list, one sheet."))
async def take_national_list(
    act: County,
    income_year: Annotated[int, Query(ge=2013, le=2030)],
    content: FileSent,
    connection: Transaction,
    data_keys: CurrentDataKeys,
    listed_on: Annotated[Day | None, Query()] = None,
    division: Area | None = None,
) -> ListTaken:
    """The national list of the county or of a township, as of the day on which it was drawn up (today, where none is
    given), with the incomes of a year: an XLSX file of the roster's layout, held against the register beside the doors.
    It changes no fact. The same list again is the one that was taken, and changes nothing.
    """
    row = await actions.take_list(connection, act, data_keys, content, income_year, listed_on, division)
    return ListTaken(id=row.id, state=row.state)


@router.post("/lists/{list_id}/confirmation")
async def confirm_national_list(list_id: UUID, body: Word, connection: Transaction, act: County) -> ListTaken:
    """By another person than who handed it in: a list that touches much is compared, or thrown away."""
    answer = await actions.confirm_list(connection, act, list_id, confirmed=body.confirmed)
    return ListTaken.model_validate({"id": list_id, "state": answer.state})


@router.get("/lists", dependencies=[by("county", "auditor")])
async def list_national_lists(
    connection: Paging, at: Cursor, state: ListState | None = None, accept_language: Languages = ""
) -> Page[ListShown]:
    """Lists that were handed in, by id, with what they made of differences."""
    rows = await queries.list_lists(connection, at, state=state)
    return page(ListShown, [_shown(row, accept_language) for row in rows], at)


@router.get("/lists/{list_id}", dependencies=[by("county", "auditor")])
async def get_national_list(list_id: UUID, connection: Reading, accept_language: Languages = "") -> ListShown:
    """How far a list is."""
    row = await queries.get_list(connection, list_id)
    return ListShown.model_validate(_shown(row, accept_language), from_attributes=True)


def _shown(row: NationalList, language: str) -> NationalList:
    problem: dict[str, Any] | None = row.problem
    told = problem and problems.body(Problem(problem["code"], **problem["figures"]), language)
    return row._replace(problem=told, file_sealed=None, read_sealed=None)


@router.get("/lists/{list_id}/findings", dependencies=[by("county", "auditor")])
async def list_national_findings(list_id: UUID, connection: Paging, at: NumberCursor) -> Page[ListFindingShown]:
    """What could not be read of a list, by position: of those fields it says nothing."""
    await queries.get_list(connection, list_id)
    return page(ListFindingShown, await queries.list_findings(connection, list_id, at), at, key="position")


@router.get("/differences")
async def list_differences(
    connection: Paging,
    at: Cursor,
    act: Reader,
    household_id: HouseholdAsked,
    division: Area | None = None,
    state: State | None = None,
    field: Field | None = None,
    owner: Owner | None = None,
) -> Page[DifferenceShown]:
    """Differences by id, without names and numbers: of the caller's area; of a department its own."""
    of_unit = act.caller.unit if act.caller.role == "department" else owner
    rows = await queries.list_differences(
        connection, at, household_id=household_id, division=division, state=state, field=field, owner=of_unit
    )
    return page(DifferenceShown, rows, at)


@router.get("/differences/figures", dependencies=[by("county", "township", "village", "auditor")])
async def count_differences(connection: Reading, division: Area) -> DifferenceFigures:
    """How many differences of each field are whose, and where they stand."""
    rows = await queries.count_differences(connection, division)
    return DifferenceFigures(division=division, figures=[FigureShown(**row._asdict()) for row in rows])


@router.post("/differences/causes")
async def name_causes(body: Batch[NamedCause], connection: Transaction, act: Owning) -> Results:
    """Why fields differ, by who answers for them. Wrong there, or of another day: it waits for the next list. Wrong
    here, or to stay: it waits for another person.
    """
    return body.answered(await actions.name_causes(connection, act, body.sound))


@router.post("/differences/corrections")
async def agree_corrections(
    body: Batch[Confirmation], connection: Transaction, act: Annotated[Act, by("township", "county")]
) -> Results:
    """By another person: ours is wrong. It is put right by the door for it, and the difference ends of itself."""
    return body.answered(await actions.agree_corrections(connection, act, body.sound))


@router.post("/differences/keepings")
async def agree_keeping(body: Batch[Confirmation], connection: Transaction, act: County) -> Results:
    """By another person: it stays as it is on either side, until one of them says something else."""
    return body.answered(await actions.agree_keeping(connection, act, body.sound))
