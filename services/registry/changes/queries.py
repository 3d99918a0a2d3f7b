"""All SQL about natural changes and removals."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.changes.tables import departure, removal
from shared.data.sql import Connection, Row, Statement, execute, fetch, insert_many, sql

_DEPARTURE = (
    "id", "household_id", "member_id", "division", "reason", "left_on", "state", "reported_on", "reported_by",
)  # fmt: skip
_REMOVAL = ("id", "household_id", "division", "reason", "evidence", "state", "proposed_on", "proposed_by")

_PEOPLE = sql(
    "SELECT m.id, m.reference, m.household_id, m.division, min(lower(f.valid)) AS joined_on,"
    " bool_or(upper_inf(f.valid)) AS stays FROM member m JOIN member_fact f ON f.member_id = m.id"
    " AND upper_inf(f.known) WHERE m.reference = ANY(:references) GROUP BY m.id",
    references=ARRAY(Text),
)
_DEPARTURES = sql("SELECT * FROM departure WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_REMOVALS = sql("SELECT * FROM removal WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_REPORTED = sql(
    "SELECT member_id AS subject FROM departure WHERE member_id = ANY(:ids) AND state <> 'rejected'", ids=ARRAY(Uuid)
)
_PROPOSED = sql(
    "SELECT household_id AS subject FROM removal WHERE household_id = ANY(:ids) AND state <> 'rejected'",
    ids=ARRAY(Uuid),
)
# By id, so that two batches with the same ids wait for one another in the same order. An id that is taken outside the
# caller's area is not his to see; that nothing comes back says it is taken.
_REPORT = insert_many(departure, _DEPARTURE, "ORDER BY 1 ON CONFLICT DO NOTHING RETURNING id")
_PROPOSE = insert_many(removal, _REMOVAL, "ORDER BY 1 ON CONFLICT DO NOTHING RETURNING id")
_LOCK_DEPARTURES = sql("SELECT * FROM departure WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=ARRAY(Uuid))
_LOCK_REMOVALS = sql("SELECT * FROM removal WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=ARRAY(Uuid))
_DECIDED = (
    "SET state = s, decided_on = :on, decided_by = :subject FROM unnest(:ids, :states) AS d (i, s) WHERE x.id = i"
)
_DECIDE_TYPES: dict[str, Any] = {"ids": ARRAY(Uuid), "states": ARRAY(Text), "on": Date, "subject": Text}
_DECIDE_DEPARTURES = sql(f"UPDATE departure x {_DECIDED} AND x.state = 'reported'", **_DECIDE_TYPES)
_DECIDE_REMOVALS = sql(f"UPDATE removal x {_DECIDED} AND x.state = 'proposed'", **_DECIDE_TYPES)
_LAST_RELATIONS = sql(
    "SELECT DISTINCT ON (member_id) member_id, relation FROM member_fact WHERE member_id = ANY(:ids)"
    " AND upper_inf(known) ORDER BY member_id, lower(valid) DESC",
    ids=ARRAY(Uuid),
)
_FILTER = (
    "x.id > :after AND (:state IS NULL OR x.state = :state)"
    " AND (:household_id IS NULL OR x.household_id = :household_id) ORDER BY x.id LIMIT :limit"
)
_FILTER_TYPES: dict[str, Any] = {"after": Uuid, "state": Text, "household_id": Uuid, "limit": Integer}
_OF_DEPARTURES = "SELECT x.*, m.reference FROM departure x JOIN member m ON m.id = x.member_id"
_OF_REMOVALS = "SELECT x.* FROM removal x"
_DEPARTURE_PAGE = sql(f"{_OF_DEPARTURES} WHERE {_FILTER}", **_FILTER_TYPES)
_REMOVAL_PAGE = sql(f"{_OF_REMOVALS} WHERE {_FILTER}", **_FILTER_TYPES)


async def list_people(connection: Connection, references: Sequence[str]) -> dict[str, Row]:
    """By reference, within the caller's area: id, household, division, first day, whether still a member."""
    return {r["reference"]: r for r in await fetch(connection, _PEOPLE, references=list(references))}


async def list_departures_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, _DEPARTURES, ids=list(ids))}


async def list_removals_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, _REMOVALS, ids=list(ids))}


async def list_reported(connection: Connection, member_ids: Sequence[UUID]) -> set[UUID]:
    """Of whom a departure was reported or confirmed."""
    return {r["subject"] for r in await fetch(connection, _REPORTED, ids=list(member_ids))}


async def list_proposed(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Of which a removal was proposed or confirmed."""
    return {r["subject"] for r in await fetch(connection, _PROPOSED, ids=list(household_ids))}


async def insert_departures(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """The ids that were taken up; of the others the id, or the person, is somebody else's by now."""
    return await _insert(connection, _REPORT, rows)


async def insert_removals(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """As `insert_departures`, of households."""
    return await _insert(connection, _PROPOSE, rows)


async def _insert(connection: Connection, query: Statement[Any], rows: Sequence[dict[str, Any]]) -> set[UUID]:
    columns = {name: [row[name] for row in rows] for name in query.names}
    return {r["id"] for r in await fetch(connection, query, **columns)} if rows else set()


async def lock_departures(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those the caller may see, locked in id order."""
    return {r["id"]: r for r in await fetch(connection, _LOCK_DEPARTURES, ids=list(ids))}


async def lock_removals(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those the caller may see, locked in id order."""
    return {r["id"]: r for r in await fetch(connection, _LOCK_REMOVALS, ids=list(ids))}


async def decide_departures(connection: Connection, states: Mapping[UUID, str], on: date, subject: str) -> None:
    await _decide(connection, _DECIDE_DEPARTURES, states, on, subject)


async def decide_removals(connection: Connection, states: Mapping[UUID, str], on: date, subject: str) -> None:
    await _decide(connection, _DECIDE_REMOVALS, states, on, subject)


async def _decide(
    connection: Connection, query: Statement[Any], states: Mapping[UUID, str], on: date, subject: str
) -> None:  # fmt: skip
    await execute(
        connection, query, rows=len(states), ids=list(states), states=list(states.values()), on=on, subject=subject
    )


async def list_last_heads(connection: Connection, member_ids: Sequence[UUID]) -> set[UUID]:
    """Which of the people were head when they were last members."""
    rows = await fetch(connection, _LAST_RELATIONS, ids=list(member_ids))
    return {r["member_id"] for r in rows if r["relation"] == "head"}


async def list_departures(
    connection: Connection, after: UUID, limit: int, state: str | None, household_id: UUID | None
) -> list[Row]:
    """A page by rising id."""
    return await fetch(
        connection, _DEPARTURE_PAGE, after=after, limit=limit, state=state, household_id=household_id
    )  # fmt: skip


async def list_removals(
    connection: Connection, after: UUID, limit: int, state: str | None, household_id: UUID | None
) -> list[Row]:
    """A page by rising id."""
    return await fetch(connection, _REMOVAL_PAGE, after=after, limit=limit, state=state, household_id=household_id)
