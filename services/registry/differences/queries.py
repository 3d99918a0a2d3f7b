"""All SQL about lists and differences."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger

from services.registry.differences.rules import ListState
from services.registry.differences.tables import (
    Counted,
    Difference,
    ListFinding,
    NationalList,
    national_difference,
    national_finding,
    national_list,
)
from shared.data.pages import Place, fetch_page, page, page_of
from shared.data.sql import (
    Connection,
    execute,
    execute_many,
    fetch,
    fetch_one,
    fetch_or_not_found,
    fetch_values,
    get_by,
    insert_many,
    insert_one,
    sql,
    update_many,
)

# Who hands a list of this county in at this moment, or has one compared, waits.
_HOLD = sql("SELECT pg_advisory_xact_lock(hashtextextended('national_list:' || left(:area, 6), 0))")
_SAME = sql(
    f"""
    SELECT {national_list.columns} FROM national_list
    WHERE division = :division AND sha256 = :sha256 AND listed_on = :listed_on AND income_year = :income_year
        AND state NOT IN ('rejected', 'failed')
    """,
    NationalList,
)
_NEWEST = sql(
    """
    SELECT max(listed_on) FROM national_list WHERE (starts_with(division, :area) OR starts_with(:area, division))
        AND state NOT IN ('rejected', 'failed')
    """
)
_INSERT = insert_one(national_list, *NationalList._fields)
_GET = get_by(national_list)
_PAGE = page(national_list, "state")
_FREE = """
    SELECT id FROM national_list WHERE state IN ('received', 'confirmed', 'running') ORDER BY id LIMIT 1
    FOR UPDATE SKIP LOCKED
"""
_WAITING = sql(_FREE)
_BEGIN = sql(f"UPDATE national_list SET state = 'running', attempts = attempts + 1 WHERE id = ({_FREE}) RETURNING id")
_LOCK = sql(
    f"""
    SELECT {national_list.columns} FROM national_list WHERE id = :id AND state = 'running' FOR UPDATE SKIP LOCKED
    """,
    NationalList,
)
_COUNTS = "people = :people_count, households = :households_count, opened = :opened_count, seen = :seen_count,"
_OF_COUNTS = {f"{n}_count": national_list.types[n] for n in ("people", "households", "opened", "seen", "agreed")}
_COUNTED = sql(
    f"""
    UPDATE national_list SET {_COUNTS} agreed = :agreed_count, attempts = 0, read_sealed = :read_sealed,
        held_in = :held_in, held_households = :held_count
    WHERE id = :id
    """,
    held_in=national_list.types["held_in"],
    held_count=national_list.types["held_households"],
    **_OF_COUNTS,
)
# The list is people's data: it goes when it has been compared or refused.
_FINISH = sql(
    f"""
    UPDATE national_list SET state = :state, {_COUNTS} agreed = :agreed_count, problem = :problem, due_on = NULL,
        file_sealed = NULL, read_sealed = NULL
    WHERE id = :id
    """,
    **_OF_COUNTS,
)
_FORGET = sql("UPDATE national_list SET file_sealed = NULL, read_sealed = NULL WHERE id = :id")
_CLEAR = sql("DELETE FROM national_finding WHERE list_id = :list_id")
_INSERT_FINDINGS = insert_many(national_finding, ListFinding._fields)
_FINDINGS = page_of(
    ListFinding,
    f"SELECT {national_finding.columns} FROM national_finding",
    key="position",
    where="list_id = :list_id",
    after=BigInteger,
)
_STANDING = sql(
    f"""
    SELECT {national_difference.columns} FROM national_difference
    WHERE division >= :area AND division <= :area || '~' AND state <> 'agreed' ORDER BY id FOR UPDATE
    """,
    Difference,
)
_OPEN = insert_many(
    national_difference,
    Difference._fields,
    "ORDER BY 1 ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f'"{n}" = excluded."{n}"' for n in Difference._fields if n != "id"),
)
_SEE = update_many(
    national_difference,
    "division",
    "household_id",
    "person",
    "kind",
    "ours",
    "theirs",
    "ours_mark",
    "theirs_mark",
    "list_id",
    "listed_on",
)
_LIST = page(national_difference, "division", "state", "field", "owner", "household_id")
_FIGURES = sql(
    """
    SELECT field, owner, state, count(*) AS differences FROM national_difference
    WHERE division >= :division AND division <= :division || '~' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    """,
    Counted,
)
_HERE = sql(
    f"""
    SELECT {national_difference.columns} FROM national_difference WHERE state = 'here' AND id > :after
    ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
    """,
    Difference,
)
_YEARS = sql("SELECT id, income_year FROM national_list WHERE id = ANY(:ids)")
_BY_NUMBER = sql("SELECT id, household_no FROM household WHERE household_no = ANY(:numbers)")


async def hold(connection: Connection, area: str) -> None:
    """No other list of the county is taken or compared before the transaction ends."""
    await fetch(connection, _HOLD, area=area)


async def find_same(
    connection: Connection, division: str, sha256: str, listed_on: date, income_year: int
) -> NationalList | None:
    """The list of the same bytes, day and year that was handed in before, and neither rejected nor unreadable."""
    asked: dict[str, Any] = {"sha256": sha256, "listed_on": listed_on, "income_year": income_year}
    return await fetch_one(connection, _SAME, division=division, **asked)


async def find_newest(connection: Connection, area: str) -> date | None:
    """The day of the newest list that says something of the area; None where there is none."""
    return next(iter(await fetch_values(connection, _NEWEST, area=area)), None)


async def insert_list(connection: Connection, row: NationalList) -> None:
    await execute(connection, _INSERT, rows=1, **row._asdict())


async def get_list(connection: Connection, list_id: UUID) -> NationalList:
    """Raises Problem `shared.not_found`, also where it is another county's."""
    return await fetch_or_not_found(connection, _GET, id=list_id)


async def list_lists(connection: Connection, at: Place, **filters: Any) -> list[NationalList]:
    """By rising id, filtered by state."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def is_any_waiting(connection: Connection) -> bool:
    """Whether a list is new, or was left half done, and nobody works on it."""
    return bool(await fetch_values(connection, _WAITING))


async def begin_list(connection: Connection) -> UUID | None:
    """A free list, now `running`; None where nothing waits."""
    return next(iter(await fetch_values(connection, _BEGIN)), None)


async def lock_list(connection: Connection, list_id: UUID) -> NationalList | None:
    """The list, ours until the end of the transaction; None where somebody else has it."""
    return await fetch_one(connection, _LOCK, id=list_id)


async def count_list(
    connection: Connection, list_id: UUID, read_sealed: bytes, held_in: str, held_count: int, counted: Mapping[str, int]
) -> None:
    """Of one that is held: what was read of it, sealed, and what it would make of differences."""
    held: dict[str, Any] = {"read_sealed": read_sealed, "held_in": held_in, "held_count": held_count}
    await execute(connection, _COUNTED, rows=1, id=list_id, **held, **_counts(counted))


async def finish_list(
    connection: Connection,
    list_id: UUID,
    state: ListState,
    counted: Mapping[str, int],
    problem: dict[str, Any] | None = None,
) -> None:
    """`counted`: people, households, and differences opened, seen and agreed."""
    await execute(connection, _FINISH, rows=1, id=list_id, state=state, problem=problem, **_counts(counted))


def _counts(counted: Mapping[str, int]) -> dict[str, int]:
    return {name: counted.get(name.removesuffix("_count"), 0) for name in _OF_COUNTS}


async def forget_file(connection: Connection, list_id: UUID) -> None:
    """Of a list that was rejected."""
    await execute(connection, _FORGET, rows=1, id=list_id)


async def insert_findings(connection: Connection, list_id: UUID, findings: Sequence[ListFinding]) -> None:
    """They take the place of what was found when the list was read."""
    await execute(connection, _CLEAR, rows=None, list_id=list_id)
    await execute_many(connection, _INSERT_FINDINGS, [f._asdict() for f in findings])


async def list_findings(connection: Connection, list_id: UUID, at: Place) -> list[ListFinding]:
    """By position."""
    return await fetch_page(connection, _FINDINGS, at, list_id=list_id)


async def lock_standing(connection: Connection, area: str) -> dict[UUID, Difference]:
    """Differences of an area that are not over, locked in id order."""
    return {row.id: row for row in await fetch(connection, _STANDING, area=area)}


async def open_differences(connection: Connection, rows: Sequence[Difference]) -> None:
    """They take the place of what they were."""
    await execute_many(connection, _OPEN, [row._asdict() for row in rows])


async def see_differences(connection: Connection, rows: Sequence[Difference]) -> None:
    """They go on, with what either side says now."""
    await execute_many(connection, _SEE, [{n: getattr(row, n) for n in _SEE.names} for row in rows])


async def lock_here(connection: Connection, after: UUID, limit: int) -> list[Difference]:
    """Differences that end as soon as ours says the same, by rising id, locked."""
    return await fetch(connection, _HERE, after=after, limit=limit)


async def list_years(connection: Connection, list_ids: Sequence[UUID]) -> dict[UUID, int]:
    """By list, the year of its incomes."""
    return {row["id"]: row["income_year"] for row in await fetch(connection, _YEARS, ids=list(list_ids))}


async def list_by_number(connection: Connection, numbers: Sequence[str]) -> dict[str, UUID]:
    """Households by the numbers that people know them by."""
    return {row["household_no"]: row["id"] for row in await fetch(connection, _BY_NUMBER, numbers=list(numbers))}


async def list_differences(connection: Connection, at: Place, **filters: Any) -> list[Difference]:
    """By rising id, filtered by what lies in a division, state, field, owner or household."""
    return await fetch_page(connection, _LIST, at, **filters)


async def count_differences(connection: Connection, division: str) -> list[Counted]:
    """Of a division, by field, owner and state."""
    return await fetch(connection, _FIGURES, division=division)
