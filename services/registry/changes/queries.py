"""All SQL about natural changes and removals."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.changes.tables import (
    DepartureCase,
    DepartureSeen,
    KnownPerson,
    RemovalCase,
    RemovalSeen,
    Untold,
    departure,
    removal,
)
from shared.acts.batches import insert_free
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import Connection, by_id, fetch, insert_many, list_by, sql

_LED = ("procedure_version", "since_on", "due_on")
_PEOPLE = sql(
    """
    SELECT m.id, m.reference, m.household_id, m.division, min(lower(f.valid)) AS joined_on,
           bool_or(upper_inf(f.valid)) AS stays
    FROM member m JOIN member_fact f ON f.member_id = m.id AND upper_inf(f.known)
    WHERE m.reference = ANY(:references) GROUP BY m.id ORDER BY stays, joined_on
    """,
    KnownPerson,
)
_SEEN = """
    SELECT x.id, x.household_id, x.division, m.reference, x.reason, x.left_on, x.state, x.reported_on, x.decided_on,
           x.since_on, x.due_on
    FROM departure x JOIN member m ON m.id = x.member_id
"""
_DEPARTURES = sql(f"{_SEEN} WHERE x.id = ANY(:ids)", DepartureSeen)
_DEPARTURE_CASES = list_by(departure)
_REMOVALS = list_by(removal)
_REPORTED = sql("SELECT member_id, id FROM departure WHERE member_id = ANY(:ids) AND state = 'reported'")
_PROPOSED = sql(
    "SELECT household_id FROM removal WHERE household_id = ANY(:ids) AND state NOT IN ('rejected', 'taken_back')"
)
# By id, so that two batches with the same ids wait for one another in the same order. That nothing comes back says
# that the id is taken, or that the person or household was reported this moment.
_FREE = "ORDER BY 1 ON CONFLICT DO NOTHING RETURNING id"
_REPORT = insert_many(
    departure,
    ("id", "household_id", "member_id", "division", "reason", "left_on", "state", "reported_on", "reported_by", *_LED),
    _FREE,
)
_PROPOSE = insert_many(
    removal,
    ("id", "household_id", "division", "reason", "evidence", "state", "proposed_on", "proposed_by", *_LED),
    _FREE,
)
_STRUCK = sql("SELECT household_id FROM removal WHERE household_id = ANY(:ids) AND state = 'confirmed'")
_JOINED_ON = sql("""
    SELECT member_id, min(lower(valid)) AS joined_on FROM member_fact
    WHERE member_id = ANY(:ids) AND upper_inf(known) GROUP BY member_id
    """)
# Who left and came back on a later day belongs to it since then.
_BELONG_SINCE = sql("""
    SELECT f.member_id, max(lower(f.valid)) AS since FROM member_fact f
    WHERE f.member_id = ANY(:ids) AND upper_inf(f.known) AND NOT EXISTS (SELECT FROM member_fact b
        WHERE b.member_id = f.member_id AND upper_inf(b.known) AND upper(b.valid) = lower(f.valid))
    GROUP BY f.member_id
    """)
_LAST_RELATIONS = sql("""
    SELECT DISTINCT ON (member_id) member_id, relation FROM member_fact
    WHERE member_id = ANY(:ids) AND upper_inf(known) ORDER BY member_id, lower(valid) DESC
    """)
_DEPARTURE_PAGE = page_of(DepartureSeen, _SEEN, "x.state", "x.household_id", key="x.id")
_REMOVAL_PAGE = page_of(
    RemovalSeen,
    """
    SELECT x.id, x.household_id, h.household_no, p.head, p.members, x.division, x.reason, x.evidence, x.state,
           x.proposed_on, x.decided_on, x.since_on, x.due_on, (
        SELECT s.detail ->> 'minutes_no' FROM case_step s
        WHERE s.case_id = x.id AND s.step = 'confirmed' ORDER BY s.id DESC LIMIT 1) AS minutes_no
    FROM removal x JOIN household h ON h.id = x.household_id CROSS JOIN LATERAL (
        SELECT count(DISTINCT f.member_id)::int AS members, min(m.reference) FILTER (WHERE f.relation = 'head') AS head
        FROM member_fact f JOIN member m ON m.id = f.member_id
        WHERE f.household_id = h.id AND upper_inf(f.known) AND upper_inf(f.valid)) AS p
    """,
    "x.state",
    "x.household_id",
    key="x.id",
)
_REFERENCES = sql("SELECT id, reference FROM member WHERE id = ANY(:ids)")
# The members as held for true now, those who have left apart.
_LOCK_UNTOLD = sql(
    """
    SELECT h.id AS household_id, h.division, (
        SELECT array_agg(DISTINCT m.reference) FROM member_fact f JOIN member m ON m.id = f.member_id
        WHERE f.household_id = h.id AND upper_inf(f.known) AND upper_inf(f.valid)) AS people
    FROM household h
    WHERE NOT EXISTS (SELECT FROM resident r WHERE r.household_id = h.id)
        AND EXISTS (SELECT FROM member_fact f WHERE f.household_id = h.id AND upper_inf(f.known) AND upper_inf(f.valid))
    ORDER BY h.id LIMIT :limit FOR UPDATE OF h SKIP LOCKED
    """,
    Untold,
)


async def lock_untold(connection: Connection, limit: int) -> list[Untold]:
    """Households of whose people nobody outside knows."""
    return await fetch(connection, _LOCK_UNTOLD, limit=limit)


async def list_references(connection: Connection, member_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What members are called outside the register."""
    return {row["id"]: row["reference"] for row in await fetch(connection, _REFERENCES, ids=list(member_ids))}


async def list_people(connection: Connection, references: Sequence[str]) -> dict[str, KnownPerson]:
    """By reference, within the caller's area; where somebody belonged to several households, as member of the last."""
    return {p.reference: p for p in await fetch(connection, _PEOPLE, references=list(references))}


async def list_departures_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, DepartureSeen]:
    return await by_id(connection, _DEPARTURES, ids)


async def list_departure_cases(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, DepartureCase]:
    return await by_id(connection, _DEPARTURE_CASES, ids)


async def list_removals_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, RemovalCase]:
    return await by_id(connection, _REMOVALS, ids)


async def list_reported(connection: Connection, member_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """By member, the departure that was reported and that nobody has decided."""
    return {r["member_id"]: r["id"] for r in await fetch(connection, _REPORTED, ids=list(member_ids))}


async def list_proposed(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Of which a removal was proposed or confirmed."""
    return {r["household_id"] for r in await fetch(connection, _PROPOSED, ids=list(household_ids))}


async def list_struck(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Of which a removal was confirmed, and stands."""
    return {r["household_id"] for r in await fetch(connection, _STRUCK, ids=list(household_ids))}


async def list_joined_on(connection: Connection, member_ids: Sequence[UUID]) -> dict[UUID, date]:
    """By member, the first day on which he belonged to his household."""
    rows = await fetch(connection, _JOINED_ON, ids=list(member_ids))
    return {r["member_id"]: r["joined_on"] for r in rows}


async def list_belong_since(connection: Connection, member_ids: Sequence[UUID]) -> dict[UUID, date]:
    """By member, since when he has belonged to his household without a break."""
    return {r["member_id"]: r["since"] for r in await fetch(connection, _BELONG_SINCE, ids=list(member_ids))}


async def insert_departures(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were taken up; of the others the id, or the person, is somebody else's by now."""
    return await insert_free(connection, _REPORT, rows)


async def insert_removals(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """As `insert_departures`, of households."""
    return await insert_free(connection, _PROPOSE, rows)


async def list_last_heads(connection: Connection, member_ids: Sequence[UUID]) -> set[UUID]:
    """Which of the people were head when they were last members."""
    rows = await fetch(connection, _LAST_RELATIONS, ids=list(member_ids))
    return {r["member_id"] for r in rows if r["relation"] == "head"}


async def list_departures(connection: Connection, at: Place, **filters: Any) -> list[DepartureSeen]:
    """By rising id, filtered by state or household."""
    return await fetch_page(connection, _DEPARTURE_PAGE, at, **filters)


async def list_removals(connection: Connection, at: Place, **filters: Any) -> list[RemovalSeen]:
    """By rising id, filtered by state or household."""
    return await fetch_page(connection, _REMOVAL_PAGE, at, **filters)
