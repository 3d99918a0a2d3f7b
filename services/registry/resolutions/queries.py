"""All SQL about grants and resolutions."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean

from services.registry.resolutions.tables import resolution
from shared.data.sql import Connection, Row, execute, execute_many, fetch, fetch_one, insert_many, sql

_LOCK_GRANT = sql("SELECT * FROM resolve_grant WHERE subject = :subject FOR SHARE")
# Held until the end, so that what one subject asks at once is counted one after the other.
_HOLD = sql("SELECT pg_advisory_xact_lock(hashtextextended('resolve/' || :subject, 0))")
_GRANTS = sql("SELECT * FROM resolve_grant ORDER BY subject LIMIT 1000")
_GRANT = sql(
    """
    INSERT INTO resolve_grant (subject, purposes, id_numbers, ends_on, granted_on, granted_by)
    VALUES (:subject, :purposes, :id_numbers, :ends_on, :granted_on, :granted_by)
    ON CONFLICT (subject) DO UPDATE SET purposes = excluded.purposes, id_numbers = excluded.id_numbers,
    ends_on = excluded.ends_on, granted_on = excluded.granted_on, granted_by = excluded.granted_by RETURNING *
""",
    id_numbers=Boolean,
)
_END_GRANT = sql("""
    UPDATE resolve_grant SET ends_on = :on, granted_on = least(granted_on, CAST(:on AS date) - 1)
    WHERE subject = :subject
""")
_LAST_HOUR = sql("""
    SELECT count(*)::int AS n FROM resolution WHERE subject = :subject
    AND asked_at > clock_timestamp() - interval '1 hour'
""")
_PEOPLE = sql("""
    SELECT f.household_id, f.member_id, m.reference, f.name, f.relation, m.id_number_sealed FROM member_fact f
    JOIN member m ON m.id = f.member_id WHERE f.household_id = ANY(:ids) AND upper_inf(f.known)
    AND f.valid @> CAST(:on AS date) ORDER BY f.household_id, f.relation <> 'head', f.born_on
""")
_KNOWN = sql("SELECT id FROM household WHERE id = ANY(:ids)")
_INSERT = insert_many(
    resolution,
    ("subject", "role", "household_id", "purpose", "reference", "id_numbers", "people", "asked_on", "correlation_id"),
)
_PAGE = sql("""
    SELECT * FROM resolution WHERE id > :after AND (:subject IS NULL OR subject = :subject)
    AND (:household_id IS NULL OR household_id = :household_id) ORDER BY id LIMIT :limit
""")


async def hold_grant(connection: Connection, subject: str) -> Row | None:
    """The subject's grant; what it asks for elsewhere at this moment waits until this transaction ends."""
    await fetch_one(connection, _HOLD, subject=subject)
    return await fetch_one(connection, _LOCK_GRANT, subject=subject)


async def list_grants(connection: Connection) -> list[Row]:
    return await fetch(connection, _GRANTS)


async def put_grant(connection: Connection, **grant: Any) -> Row:
    """`grant`: every column; it takes the place of the one before, which the audit keeps."""
    row = await fetch_one(connection, _GRANT, **grant)
    assert row is not None
    return row


async def end_grant(connection: Connection, subject: str, on: date) -> bool:
    """From this day on it covers nothing; whether there was one."""
    return await execute(connection, _END_GRANT, rows=None, subject=subject, on=on) == 1


async def count_last_hour(connection: Connection, subject: str) -> int:
    """Households that the subject asked for within the hour before now, by the wall's clock."""
    row = await fetch_one(connection, _LAST_HOUR, subject=subject)
    return int(row["n"]) if row else 0


async def list_people(connection: Connection, household_ids: Sequence[UUID], on: date) -> dict[UUID, list[Row]]:
    """By household within the caller's area, who belongs to it on a day; the head first."""
    found: dict[UUID, list[Row]] = {r["id"]: [] for r in await fetch(connection, _KNOWN, ids=list(household_ids))}
    for row in await fetch(connection, _PEOPLE, ids=list(household_ids), on=on):
        found[row["household_id"]].append(row)
    return found


async def insert_resolutions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """`rows`: every column but id and the moment."""
    await execute_many(connection, _INSERT, [dict(row) for row in rows])


async def list_resolutions(
    connection: Connection, after: UUID, limit: int, subject: str | None, household_id: UUID | None
) -> list[Row]:
    """A page by rising id; a filter that is None lets everything pass."""
    return await fetch(connection, _PAGE, after=after, limit=limit, subject=subject, household_id=household_id)
