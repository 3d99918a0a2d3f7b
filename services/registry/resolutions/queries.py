"""All SQL about grants and resolutions."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean

from services.registry.resolutions.tables import Person, Resolution, ResolveGrant, resolution, resolve_grant
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import (
    Connection,
    execute,
    execute_many,
    fetch,
    fetch_one,
    fetch_or_not_found,
    fetch_values,
    insert_many,
    sql,
)

_LOCK_GRANT = sql(f"SELECT {resolve_grant.columns} FROM resolve_grant WHERE subject = :subject FOR SHARE", ResolveGrant)
# Held until the end, so that what one subject asks at once is counted one after the other.
_HOLD = sql("SELECT pg_advisory_xact_lock(hashtextextended('resolve/' || :subject, 0))")
_EDIT = sql("SELECT pg_advisory_xact_lock(hashtextextended('grant/' || :subject, 0))")
_GET_GRANT = sql(f"SELECT {resolve_grant.columns} FROM resolve_grant WHERE subject = :subject", ResolveGrant)
_GRANTS = page(resolve_grant, key="subject")
_GRANT = sql(
    f"""
    INSERT INTO resolve_grant ({resolve_grant.columns})
    VALUES (:subject, :purposes, :id_numbers, :ends_on, :granted_on, :granted_by)
    ON CONFLICT (subject) DO UPDATE SET purposes = excluded.purposes, id_numbers = excluded.id_numbers,
        ends_on = excluded.ends_on, granted_on = excluded.granted_on, granted_by = excluded.granted_by
    """,
    id_numbers=Boolean,
)
_END_GRANT = sql("""
    UPDATE resolve_grant SET ends_on = :on, granted_on = least(granted_on, CAST(:on AS date) - 1)
    WHERE subject = :subject
    """)
_LAST_HOUR = sql("""
    SELECT count(*) FROM resolution WHERE subject = :subject AND asked_at > clock_timestamp() - interval '1 hour'
    """)
_PEOPLE = sql(
    """
    SELECT f.household_id, f.member_id, m.reference, f.name, f.relation, m.id_number_sealed
    FROM member_fact f JOIN member m ON m.id = f.member_id
    WHERE f.household_id = ANY(:ids) AND upper_inf(f.known) AND f.valid @> CAST(:on AS date)
    ORDER BY f.household_id, f.relation <> 'head', f.born_on
    """,
    Person,
)
_KNOWN = sql("SELECT id FROM household WHERE id = ANY(:ids)")
_INSERT = insert_many(resolution, (n for n in Resolution._fields if n not in ("id", "asked_at")))
_PAGE = page(resolution, "subject", "household_id")


async def hold_grant(connection: Connection, subject: str) -> ResolveGrant | None:
    """The subject's grant; what it asks for elsewhere at this moment waits until this transaction ends."""
    await fetch_one(connection, _HOLD, subject=subject)
    return await fetch_one(connection, _LOCK_GRANT, subject=subject)


async def lock_grant(connection: Connection, subject: str) -> ResolveGrant | None:
    """To be edited: whoever edits it too waits, also where there is none yet."""
    await fetch_one(connection, _EDIT, subject=subject)
    return await fetch_one(connection, _GET_GRANT, subject=subject)


async def get_grant(connection: Connection, subject: str) -> ResolveGrant:
    """Raises Problem `shared.not_found`, also where it is another's."""
    return await fetch_or_not_found(connection, _GET_GRANT, subject=subject)


async def list_grants(connection: Connection, at: Place) -> list[ResolveGrant]:
    """By subject."""
    return await fetch_page(connection, _GRANTS, at)


async def put_grant(connection: Connection, grant: ResolveGrant) -> None:
    """It takes the place of the one before, which the audit keeps."""
    await execute(connection, _GRANT, rows=1, **grant._asdict())


async def end_grant(connection: Connection, subject: str, on: date) -> None:
    """From this day on it covers nothing."""
    await execute(connection, _END_GRANT, rows=1, subject=subject, on=on)


async def count_last_hour(connection: Connection, subject: str) -> int:
    """Households that the subject asked for within the hour before now, by the wall's clock."""
    (count,) = await fetch_values(connection, _LAST_HOUR, subject=subject)
    return int(count)


async def list_people(connection: Connection, household_ids: Sequence[UUID], on: date) -> dict[UUID, list[Person]]:
    """By household within the caller's area, who belongs to it on a day; the head first."""
    found: dict[UUID, list[Person]] = {i: [] for i in await fetch_values(connection, _KNOWN, ids=list(household_ids))}
    for person in await fetch(connection, _PEOPLE, ids=list(household_ids), on=on):
        found[person.household_id].append(person)
    return found


async def insert_resolutions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """`rows`: every column but id and the moment."""
    await execute_many(connection, _INSERT, rows)


async def list_resolutions(connection: Connection, at: Place, **filters: Any) -> list[Resolution]:
    """By rising id, filtered by subject or household."""
    return await fetch_page(connection, _PAGE, at, **filters)
