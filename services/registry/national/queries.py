"""All SQL about exports, and about households as they were held for true at a moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registry.national.rules import Window
from services.registry.national.tables import (
    Changed,
    Earned,
    ExportListed,
    HomeRow,
    NationalExport,
    PersonRow,
    national_export,
)
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page_of
from shared.data.revisions import AsOf, held, known
from shared.data.sql import (
    Connection,
    by_id,
    execute,
    fetch,
    fetch_one,
    fetch_or_not_found,
    fetch_row,
    fetch_values,
    get_by,
    insert_many,
    list_by,
    sql,
)


def _held(alias: str) -> str:
    """Of what a range holds the planner expects next to nothing, and would read a county for a portion of it."""
    return f"CASE WHEN {held(alias)} THEN true ELSE false END"


def _name_of(code: str) -> str:
    return f"(SELECT d.name_zh FROM division d WHERE d.code = {code} AND d.valid @> :on)"


_HOMES = sql(
    f"""
    SELECT h.id, h.household_no, s.division, s.status, s.exited_year, h.registered_on, h.relocated, f.attribute,
        f.main_cause, f.other_causes, f.deep_poverty, f.natural_village, f.house_area_m2_x100, f.house_grade,
        f.safe_water, f.electricity, c.phone_sealed, c.account_sealed,
        {_name_of("left(s.division, 9)")} AS township_name, {_name_of("s.division")} AS village_name
    FROM household h JOIN household_standing s ON s.household_id = h.id AND {_held("s")}
    JOIN household_fact f ON f.household_id = h.id AND f.household_id = ANY(:ids) AND {_held("f")}
    LEFT JOIN household_contact c ON c.household_id = h.id AND {_held("c")}
    WHERE h.id = ANY(:ids) ORDER BY h.id
    """,
    HomeRow,
    known_at=national_export.types["until_at"],
)
_PEOPLE = sql(
    f"""
    SELECT f.household_id, f.member_id, m.reference, m.id_number_sealed, f.name, f.sex, f.relation, f.ethnicity,
        f.education, f.school_status, f.health, f.labour, f.work_place, f.work_months, f.medical_insured,
        f.pension_insured
    FROM member_fact f JOIN member m ON m.id = f.member_id
    WHERE f.household_id = ANY(:ids) AND {_held("f")} ORDER BY f.household_id, f.relation <> 'head', f.born_on, m.id
    """,
    PersonRow,
)
_EARNED = sql(
    f"""
    SELECT household_id, category, kind, payer, amount_fen FROM income_line l
    WHERE household_id = ANY(:ids) AND income_year = :income_year AND {known("l")}
    """,
    Earned,
)
_IN_AREA = "h.division >= :area AND h.division <= :area || '~'"
_REGISTERED = sql(
    f"""
    SELECT h.id FROM household h WHERE h.status <> 'removed' AND {_IN_AREA} AND h.id > :after
    ORDER BY h.id LIMIT :limit
    """
)
_BEHIND, _UP_TO = "coalesce(:since_at, '-infinity')", "coalesce(:until_at, 'infinity')"
# What began to be held for true in the window, and what ceased to be.
_TOLD = " UNION ALL ".join(
    f"SELECT household_id, {end}(known) AS at FROM {table} WHERE {end}(known) > {_BEHIND} AND {end}(known) <= {_UP_TO}"
    for table in ("household_standing", "household_fact", "household_contact", "member_fact", "income_line")
    for end in ("lower", "upper")
)
_CHANGED = sql(
    f"""
    SELECT h.id, max(told.at) AS at FROM ({_TOLD}) AS told JOIN household h ON h.id = told.household_id
    WHERE {_IN_AREA} GROUP BY h.id ORDER BY h.id
    """,
    Changed,
)
_LISTED = ", ".join(f"{'lower(covered) AS since_at' if n == 'since_at' else n}" for n in ExportListed._fields)
_PAGE = page_of(ExportListed, f"SELECT {_LISTED} FROM national_export", "state", "division")
_BY_ID = list_by(national_export)
_GET = get_by(national_export)
_ASKED = ("id", "division", "state", "income_year", "asked_on", "asked_by", "attempts", "households", "people")
_INSERT = insert_many(national_export, _ASKED, FREE)
# Two who ask for the same division at this moment wait for one another.
_HOLD = sql("SELECT pg_advisory_xact_lock(hashtextextended('national_export:' || left(:area, 6), 0))")
_UNDER_WAY = sql("SELECT DISTINCT division FROM national_export WHERE state IN ('waiting', 'running')")
# Where the last export of exactly this division ended.
_LAST = sql(
    f"""
    SELECT {", ".join(f"e.{n}" if n != "since_at" else "lower(e.covered) AS since_at" for n in ExportListed._fields)}
    FROM national_export e WHERE e.division = :division AND e.state = 'done' ORDER BY e.until_at DESC LIMIT 1
    """,
    ExportListed,
)
# Of those that tell of everything in an area: its own, and those of what it lies in.
_LAST_OVER = sql(
    f"""
    SELECT {", ".join(f"e.{n}" if n != "since_at" else "lower(e.covered) AS since_at" for n in ExportListed._fields)}
    FROM national_export e WHERE :area LIKE e.division || '%' AND e.state = 'done'
    ORDER BY e.until_at DESC LIMIT 1
    """,
    ExportListed,
)
_FREE_ONE = """
    SELECT id FROM national_export WHERE state IN ('waiting', 'running') ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_WAITING = sql(_FREE_ONE)
# Null while somebody writes facts whom the moment would cut off; then the export waits.
_SETTLED = sql("SELECT facts_settled_at() AS at")
_BEGIN = sql(
    f"""
    UPDATE national_export SET state = 'running', attempts = attempts + 1, until_at = coalesce(until_at, :until_at)
    WHERE id = ({_FREE_ONE}) RETURNING id
    """
)
_LOCK = sql(
    f"""
    SELECT {national_export.columns} FROM national_export WHERE id = :id AND state = 'running' FOR UPDATE SKIP LOCKED
    """,
    NationalExport,
)
_FINISH = sql(
    """
    UPDATE national_export SET state = 'done', covered = tstzrange(:since_at, until_at, '(]'),
        households = :households_count, people = :people_count, sha256 = :sha256, file_sealed = :file_sealed,
        shown = :ids
    WHERE id = :id
    """,
    households_count=national_export.types["households"],
    people_count=national_export.types["people"],
)
_FAIL = sql("UPDATE national_export SET state = 'failed' WHERE id = :id")


async def list_homes(connection: Connection, ids: Sequence[UUID], as_of: AsOf) -> list[HomeRow]:
    """By id, as they were held for true; also who was struck."""
    return await fetch(connection, _HOMES, ids=list(ids), **as_of.parameters)


async def list_people(connection: Connection, ids: Sequence[UUID], as_of: AsOf) -> list[PersonRow]:
    """Of these households, the head of each first."""
    return await fetch(connection, _PEOPLE, ids=list(ids), **as_of.parameters)


async def list_earned(connection: Connection, ids: Sequence[UUID], as_of: AsOf, income_year: int) -> list[Earned]:
    """What these households earned in a year."""
    return await fetch(connection, _EARNED, ids=list(ids), income_year=income_year, known_at=as_of.known_at)


async def list_registered(connection: Connection, area: str, after: UUID, limit: int) -> list[UUID]:
    """Households of an area that are not struck, by rising id."""
    return await fetch_values(connection, _REGISTERED, area=area, after=after, limit=limit)


async def list_changed(connection: Connection, area: str, window: Window) -> list[Changed]:
    """Households of an area of which something became known, by rising id."""
    return await fetch(connection, _CHANGED, area=area, **window._asdict())


async def hold(connection: Connection, area: str) -> None:
    """Nobody else asks for an export in this county before the transaction ends."""
    await fetch(connection, _HOLD, area=area)


async def list_by_ids(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, NationalExport]:
    return await by_id(connection, _BY_ID, ids)


async def list_under_way(connection: Connection) -> set[str]:
    """Divisions of which an export is asked for and not yet written."""
    return set(await fetch_values(connection, _UNDER_WAY))


async def insert_exports(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT, rows)


async def list_exports(connection: Connection, at: Place, **filters: Any) -> list[ExportListed]:
    """By rising id, filtered by state or division."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def get_export(connection: Connection, export_id: UUID) -> NationalExport:
    """Raises Problem `shared.not_found`, also where it is another county's."""
    return await fetch_or_not_found(connection, _GET, id=export_id)


async def find_last(connection: Connection, division: str) -> ExportListed | None:
    """The last export of a division."""
    return await fetch_one(connection, _LAST, division=division)


async def find_last_over(connection: Connection, area: str) -> ExportListed | None:
    """The last export that told of all that lies in an area."""
    return await fetch_one(connection, _LAST_OVER, area=area)


async def is_any_waiting(connection: Connection) -> bool:
    """Whether an export is new, or was left half done, and nobody works on it."""
    return bool(await fetch_values(connection, _WAITING))


async def begin_export(connection: Connection) -> UUID | None:
    """A free export, now `running`, with the moment up to which it tells; None where nothing waits, or somebody writes
    facts at this moment.
    """
    until_at: datetime | None = (await fetch_row(connection, _SETTLED))["at"]
    if until_at is None:
        return None
    return next(iter(await fetch_values(connection, _BEGIN, until_at=until_at)), None)


async def lock_export(connection: Connection, export_id: UUID) -> NationalExport | None:
    """The export, ours until the end of the transaction; None where somebody else has it."""
    return await fetch_one(connection, _LOCK, id=export_id)


async def finish_export(
    connection: Connection, export_id: UUID, since_at: datetime | None, sha256: str, file_sealed: bytes, **counted: Any
) -> None:
    """`counted`: ids, and how many households_count and people_count stand in the file."""
    told = {"since_at": since_at, "sha256": sha256, "file_sealed": file_sealed}
    await execute(connection, _FINISH, rows=1, id=export_id, **told, **counted)


async def fail_export(connection: Connection, export_id: UUID) -> None:
    await execute(connection, _FAIL, rows=1, id=export_id)
