"""All SQL about inspections."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.inspections.rules import DrawnAs
from services.registry.inspections.tables import Inspection, InspectionList, inspection, inspection_list
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import (
    Connection,
    by_id,
    execute_many,
    fetch,
    fetch_one,
    fetch_or_not_found,
    fetch_values,
    get_by,
    insert_many,
    list_by,
    sql,
)


class Standing(NamedTuple):
    """A household that is in the register, with what is known of it; `waiting`: it stands in a list that goes on."""

    id: UUID
    household_no: str
    division: str
    suspected: bool
    finding: bool
    sources: int
    helper_alone: bool
    seen_on: date | None
    inspected_on: date | None
    waiting: bool


class Counted(NamedTuple):
    """Of a list's lines that were drawn in one way."""

    drawn_as: DrawnAs
    lines: int
    inspected: int
    wrong: int


# What came over from the national register is nobody's word; what was paid or attested is a source like a statement.
_STANDING = sql(
    """
    SELECT h.id, h.household_no, h.division,
           EXISTS (SELECT FROM suspicion s WHERE s.household_id = h.id AND s.state IN ('open', 'looked_into'))
               AS suspected,
           EXISTS (SELECT FROM visit_finding f WHERE f.household_id = h.id AND f.state = 'open') AS finding,
           l.sources, l.helper_alone, v.seen_on, i.inspected_on, coalesce(i.waiting, false) AS waiting
    FROM household h CROSS JOIN LATERAL (
        SELECT count(DISTINCT (l.kind, l.stated_by))::int AS sources, array_agg(l.stated_by) AS said_by,
               coalesce(bool_and(EXISTS (SELECT FROM paired p WHERE p.household_id = h.id AND p.subject = l.stated_by
                   AND p.days @> l.stated_on)), false) AS helper_alone
        FROM income_line l WHERE l.household_id = h.id AND l.income_year = :year AND upper_inf(l.known)
            AND l.weight <> 'takeover') l
    CROSS JOIN LATERAL (SELECT max(v.visited_on) AS seen_on FROM home_visit v
        WHERE v.household_id = h.id AND v.visited_on <= :on AND v.visited_by <> ALL (coalesce(l.said_by, '{}'))) v
    CROSS JOIN LATERAL (SELECT max(i.inspected_on) AS inspected_on, bool_or(i.state IN ('drawn', 'open')) AS waiting
        FROM inspection i WHERE i.household_id = h.id) i
    WHERE h.status <> 'removed' AND h.division >= :area AND h.division <= :area || '~' ORDER BY h.id
    """,
    Standing,
)
# Who helped it, said something of it, was there, or took a step in a case of it.
_CONCERNED = sql(
    """
    SELECT u.household_id FROM unnest(:ids) AS u (household_id)
    WHERE EXISTS (SELECT FROM paired p WHERE p.household_id = u.household_id AND p.subject = :subject)
        OR EXISTS (SELECT FROM home_visit v WHERE v.household_id = u.household_id AND v.visited_by = :subject)
        OR EXISTS (SELECT FROM income_line l WHERE l.household_id = u.household_id AND l.stated_by = :subject)
        OR EXISTS (SELECT FROM household_fact f WHERE f.household_id = u.household_id AND f.stated_by = :subject)
        OR EXISTS (SELECT FROM household_word w WHERE w.household_id = u.household_id AND w.stated_by = :subject)
        OR EXISTS (SELECT FROM case_step s WHERE s.acted_by = :subject AND s.case_id IN (
            SELECT id FROM exit_case c WHERE c.household_id = u.household_id
            UNION ALL SELECT id FROM amendment c WHERE c.household_id = u.household_id
            UNION ALL SELECT id FROM suspicion c WHERE c.household_id = u.household_id
            UNION ALL SELECT id FROM visit_finding c WHERE c.household_id = u.household_id
            UNION ALL SELECT id FROM removal c WHERE c.household_id = u.household_id
            UNION ALL SELECT id FROM departure c WHERE c.household_id = u.household_id))
    """
)
# Two that draw a month's list at one moment draw one.
_HOLD = sql("SELECT pg_advisory_xact_lock(hashtextextended('inspection_list:' || :area, 0))")
_OF_MONTH = sql(
    "SELECT id FROM inspection_list WHERE division = :area AND month_on = :month_on AND state <> 'rejected'"
)
_GET = get_by(inspection_list)
_INSERT_LIST = insert_many(inspection_list, InspectionList._fields, FREE)
_INSERT = insert_many(inspection, Inspection._fields)
_BY_ID = list_by(inspection)
_OPEN = "FROM inspection WHERE household_id = ANY(:ids) AND state IN ('drawn', 'open')"
_LOCK_OPEN = sql(f"SELECT {inspection.columns} {_OPEN} ORDER BY id FOR UPDATE", Inspection)
_LOCK_OF_LISTS = sql(
    f"SELECT {inspection.columns} FROM inspection WHERE list_id = ANY(:ids) AND state = 'drawn' ORDER BY id FOR UPDATE",
    Inspection,
)
_COUNTED = sql(
    """
    SELECT drawn_as, count(*)::int AS lines, (count(*) FILTER (WHERE state IN ('sound', 'wrong')))::int AS inspected,
           (count(*) FILTER (WHERE state = 'wrong'))::int AS wrong
    FROM inspection WHERE list_id = :list_id GROUP BY drawn_as
    """,
    Counted,
)
_LISTS = page(inspection_list, "state")
_PAGE = page(inspection, "state", "household_id", "list_id")


async def list_standing(connection: Connection, area: str, year: int, on: date) -> list[Standing]:
    """All households of an area that are in the register, by id, with what is known of them and of an income year."""
    return await fetch(connection, _STANDING, area=area, year=year, on=on)


async def list_concerned(connection: Connection, subject: str, household_ids: Collection[UUID]) -> set[UUID]:
    """Those of the households with which somebody has to do."""
    return set(await fetch_values(connection, _CONCERNED, subject=subject, ids=list(household_ids)))


async def hold(connection: Connection, area: str) -> None:
    """Nobody else draws a list of this county before the transaction ends."""
    await fetch(connection, _HOLD, area=area)


async def is_drawn(connection: Connection, area: str, month_on: date) -> bool:
    return await fetch_one(connection, _OF_MONTH, area=area, month_on=month_on) is not None


async def find_list(connection: Connection, list_id: UUID) -> InspectionList | None:
    return await fetch_one(connection, _GET, id=list_id)


async def get_list(connection: Connection, list_id: UUID) -> InspectionList:
    """Raises Problem `shared.not_found`, also where it lies outside the caller's area."""
    return await fetch_or_not_found(connection, _GET, id=list_id)


async def insert_list(connection: Connection, row: InspectionList) -> bool:
    """False where the id is taken."""
    return bool(await insert_free(connection, _INSERT_LIST, [row._asdict()]))


async def insert_inspections(connection: Connection, lines: Sequence[Inspection]) -> None:
    await execute_many(connection, _INSERT, [line._asdict() for line in lines])


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> Mapping[UUID, Inspection]:
    return await by_id(connection, _BY_ID, ids)


async def lock_open(connection: Connection, household_ids: Sequence[UUID]) -> list[Inspection]:
    """Lines of the households at which nobody has looked yet, locked in id order."""
    return await fetch(connection, _LOCK_OPEN, ids=list(household_ids))


async def lock_lines(connection: Connection, list_ids: Sequence[UUID]) -> list[Inspection]:
    """Lines of lists that wait for the second person, locked in id order."""
    return await fetch(connection, _LOCK_OF_LISTS, ids=list(list_ids))


async def count_lines(connection: Connection, list_id: UUID) -> dict[DrawnAs, Counted]:
    """By the way in which they were drawn."""
    return {row.drawn_as: row for row in await fetch(connection, _COUNTED, list_id=list_id)}


async def list_lists(connection: Connection, at: Place, **filters: Any) -> list[InspectionList]:
    """By rising id, filtered by state."""
    return await fetch_page(connection, _LISTS, at, **filters)


async def list_inspections(connection: Connection, at: Place, **filters: Any) -> list[Inspection]:
    """By rising id, filtered by state, household or list."""
    return await fetch_page(connection, _PAGE, at, **filters)
