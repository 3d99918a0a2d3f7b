"""Reading households as the national list has them, and writing what changed for it, export by export."""

import asyncio
import hashlib
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import partial
from typing import IO, Any, NamedTuple
from uuid import UUID

import structlog

from services.registry.disclosures.actions import Looks
from services.registry.households.rules import income_year_of
from services.registry.national import queries
from services.registry.national.files import LAYOUT, OF_CHANGE, rows_of
from services.registry.national.lists import PORTION, read_homes
from services.registry.national.rules import Home, Line, Window, lines_of
from services.registry.national.schemas import NewExport
from services.registry.national.tables import NationalExport
from services.registry.roster.rules import SHEET
from shared.acts.batches import take_new
from shared.acts.bodies import Result, answers
from shared.data.crypto import DataKeys
from shared.data.revisions import AsOf
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.spreadsheet.writing import sheet_into
from shared.values.dates import SHANGHAI

log = structlog.get_logger()

ROOM = "registry.national"
COUNTY = 6  # figures of a county's code
MOST_AT_ONCE = 1_000  # households that a door writes while its caller waits
TOLD = ("name", "id_number", "phone", "account")
SEALED = "national_export", "file_sealed"


def closed_year(on: date) -> int:
    """The last income year that was over on a day: the list's incomes are of it."""
    return income_year_of(on) - 1


def area_within(act: Act, division: str | None) -> str:
    """The part of the county that is asked for.

    Raises:
        Problem: it is no county or township of the caller's.
    """
    area = division or act.caller.area
    if not act.caller.within(area) or len(area) not in (COUNTY, COUNTY + 3):
        raise Problem("shared.outside_area")
    return area


class Told(NamedTuple):
    """Which households a file tells of, and of how many people."""

    households: list[UUID]
    people: int


class Moments(NamedTuple):
    """What is held against what: the window, and the days as of which its two ends are asked about."""

    window: Window
    then_on: date
    on: date


async def write_changes(
    connection: Connection, data_keys: DataKeys, area: str, income_year: int, at: Moments, into: IO[bytes]
) -> Told:
    """The households of which something changed in a window, in the list's layout, a portion at a time."""
    changed = await queries.list_changed(connection, area, at.window)
    told, people = list[UUID](), 0
    with sheet_into(into, SHEET, (*LAYOUT, *OF_CHANGE)) as add:
        for begin in range(0, len(changed), PORTION):
            portion = changed[begin : begin + PORTION]
            ids = [one.id for one in portion]
            now = await read_homes(connection, data_keys, ids, AsOf(at.on, at.window.until_at), income_year)
            then = dict[UUID, Home]()
            if at.window.since_at is not None:
                then = await read_homes(connection, data_keys, ids, AsOf(at.then_on, at.window.since_at), income_year)
            lines = {one.id: lines_of(then.get(one.id), now.get(one.id)) for one in portion}
            told += [one for one in ids if lines[one]]
            people += sum(map(len, lines.values()))
            await asyncio.to_thread(_add, add, [(lines[one.id], one.at) for one in portion])
    return Told(told, people)


def _add(add: Any, portion: Iterable[tuple[list[Line], datetime]]) -> None:
    for lines, at in portion:
        add(rows_of(lines, at.astimezone(SHANGHAI).date()))


async def look_at_changes(
    connection: Connection, act: Act, data_keys: DataKeys, looks: Looks, window: Window, division: str | None
) -> bytes:
    """What changed between two moments, as a file; it is registered nowhere, but that it was looked at.

    Raises:
        Problem: outside the caller's area; the window ends before it begins; too much changed to be written at once.
    """
    area = area_within(act, division)
    if window.since_at and window.until_at and window.since_at >= window.until_at:
        raise Problem("registry.national.window_empty")
    if len(await queries.list_changed(connection, area, window)) > MOST_AT_ONCE:
        raise Problem("registry.national.too_many_changed", most=MOST_AT_ONCE)
    on, into = act.business_date, io.BytesIO()
    told = await write_changes(connection, data_keys, area, closed_year(on), Moments(window, on, on), into)
    looks.exported(act, area, TOLD, told.households)
    return into.getvalue()


async def ask_exports(connection: Connection, act: Act, items: Sequence[NewExport]) -> list[Result]:
    """Keep them for the worker; the same again is answered by how far it is. Of a division one is written at a time,
    and the next begins where it ended.
    """
    await queries.hold(connection, act.caller.area)
    known = await queries.list_by_ids(connection, [i.id for i in items])
    under_way = await queries.list_under_way(connection)

    def judge(item: NewExport) -> str | dict[str, Any]:
        area = item.division or act.caller.area
        if not act.caller.within(area) or len(area) not in (COUNTY, COUNTY + 3):
            return "outside_area"
        if area in under_way:
            return "under_way"
        under_way.add(area)
        asked = {"income_year": closed_year(act.business_date), "asked_on": act.business_date, "asked_by": act.subject}
        counted = {"attempts": 0, "households": 0, "people": 0}
        return {"id": item.id, "division": area, "state": "waiting"} | asked | counted

    reasons, fresh = await take_new(items, known, (), judge, partial(queries.insert_exports, connection))
    states = {one: row.state for one, row in known.items()} | {row["id"]: row["state"] for row in fresh}
    return answers(ROOM, [i.id for i in items], reasons, states)


async def export_changes(connection: Connection, row: NationalExport, data_keys: DataKeys, _policy: Policy) -> None:
    """Write what changed since the last export of this division ended: the service's act for who asked for it."""
    assert row.until_at is not None
    last = await queries.find_last(connection, row.division)
    since_at = last.until_at if last else None
    moments = Moments(Window(since_at, row.until_at), last.asked_on if last else row.asked_on, row.asked_on)
    into = io.BytesIO()
    told = await write_changes(connection, data_keys, row.division, row.income_year, moments, into)
    content = into.getvalue()
    await queries.finish_export(
        connection,
        row.id,
        since_at,
        hashlib.sha256(content).hexdigest(),
        data_keys.seal(content, *SEALED, row.id),
        ids=told.households,
        households_count=len(told.households),
        people_count=told.people,
    )
    log.info("national_export_done", export=str(row.id), households=len(told.households), people=told.people)


async def give_up(connection: Connection, row: NationalExport) -> None:
    """What no process could write; the next one begins where the last that was written ended."""
    await queries.fail_export(connection, row.id)


async def open_export(connection: Connection, act: Act, data_keys: DataKeys, looks: Looks, export_id: UUID) -> bytes:
    """The file, as it was written; that it was opened is written down.

    Raises:
        Problem: not_found; it is not written yet.
    """
    export = await queries.get_export(connection, export_id)
    if export.file_sealed is None:
        raise Problem("registry.national.not_written")
    looks.exported(act, export.division, TOLD, export.shown or [])
    return await asyncio.to_thread(data_keys.unseal, export.file_sealed, *SEALED, export.id)
