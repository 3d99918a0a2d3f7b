"""All SQL about roster imports. A file's households are written set-based: one statement a table."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Integer, Text

from services.registry.roster.rules import State
from services.registry.roster.tables import (
    NamedVillage,
    Progress,
    RegisteredHome,
    RosterFinding,
    RosterImport,
    roster_finding,
    roster_import,
)
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import (
    Connection,
    execute,
    execute_many,
    fetch,
    fetch_one,
    fetch_or_not_found,
    fetch_values,
    insert_many,
    insert_one,
    sql,
)

NOTHING = {"people": 0, "households": 0, "accepted": 0, "known": 0, "problem": None}

_INSERT_IMPORT = insert_one(
    roster_import,
    "id",
    "division",
    "state",
    "income_year",
    "business_date",
    "submitted_by",
    "sha256",
    "file_sealed",
    "procedure_version",
    "since_on",
    "listed_on",
)
# The same bytes speak of the same day, whenever they are handed in.
_LISTED_ON = sql(
    """
    SELECT listed_on FROM roster_import WHERE sha256 = :sha256 AND decided_by IS NOT NULL AND state <> 'rejected'
    ORDER BY submitted_at LIMIT 1
    """,
    sha256=Text,
)
_GET = sql(f"SELECT {', '.join(Progress._fields)} FROM roster_import WHERE id = :id", Progress)
_FINDINGS = page_of(
    RosterFinding,
    f"SELECT {roster_finding.columns} FROM roster_finding",
    key="position",
    where="import_id = :import_id",
    after=BigInteger,
)
_CLEAR_FINDINGS = sql("DELETE FROM roster_finding WHERE import_id = :import_id")
# Whoever works on an import holds its row; one that is `running` and free was left by somebody who died.
_FREE = """
    SELECT id FROM roster_import WHERE state IN ('received', 'confirmed', 'running')
    ORDER BY submitted_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_WAITING = sql(_FREE)
_BEGIN = sql(f"UPDATE roster_import SET state = 'running', attempts = attempts + 1 WHERE id = ({_FREE}) RETURNING id")
_LOCK = sql(
    f"""
    SELECT {roster_import.columns} FROM roster_import WHERE id = :id AND state = 'running' FOR UPDATE SKIP LOCKED
    """,
    RosterImport,
)
_COUNTED = sql(
    """
    UPDATE roster_import SET people = :people, households = :households, accepted_households = :accepted,
        known_households = :known, rejected_households = :households - :accepted - :known, attempts = 0,
        read_sealed = :read_sealed
    WHERE id = :id
    """,
    households=Integer,
    accepted=Integer,
    known=Integer,
)
# The file is people's data: it goes when its content has been taken or refused.
_FORGET = sql(
    "UPDATE roster_import SET file_sealed = NULL, read_sealed = NULL, finished_at = clock_timestamp() WHERE id = :id"
)
_FINISH = sql(
    """
    UPDATE roster_import SET state = :state, due_on = NULL, people = :people, households = :households,
        accepted_households = :accepted, known_households = :known,
        rejected_households = :households - :accepted - :known, problem = :problem,
        file_sealed = NULL, read_sealed = NULL, finished_at = clock_timestamp()
    WHERE id = :id
    """,
    households=Integer,
    accepted=Integer,
    known=Integer,
)
_VILLAGES = sql(
    """
    SELECT t.name_zh AS township, v.name_zh AS village, v.code FROM division v
    JOIN division t ON t.code = left(v.code, 9) AND t.level = 'township' AND t.valid @> CAST(:on AS date)
    WHERE v.level = 'village' AND v.valid @> CAST(:on AS date) AND v.code >= :area AND v.code <= :area || '~'
    """,
    NamedVillage,
)
_REGISTERED = sql(
    "SELECT id, household_no, division, status, registered_on FROM household WHERE household_no = ANY(:numbers)",
    RegisteredHome,
)
_INSERT_FINDINGS = insert_many(roster_finding, RosterFinding._fields)


async def insert_import(connection: Connection, **received: Any) -> None:
    """`received`: what is known of a file before it is read."""
    await execute(connection, _INSERT_IMPORT, rows=1, state="received", **received)


async def find_listed_on(connection: Connection, sha256: str) -> date | None:
    """The day as of which a file of the same bytes was taken; None where none was."""
    return next(iter(await fetch_values(connection, _LISTED_ON, sha256=sha256)), None)


async def get_import(connection: Connection, import_id: UUID) -> Progress:
    """Raises Problem `shared.not_found` where there is none in the caller's area."""
    return await fetch_or_not_found(connection, _GET, id=import_id)


async def list_findings(connection: Connection, import_id: UUID, at: Place) -> list[RosterFinding]:
    """By position."""
    return await fetch_page(connection, _FINDINGS, at, import_id=import_id)


async def is_any_waiting(connection: Connection) -> bool:
    """Whether an import is new, or was left half done, and nobody works on it."""
    return bool(await fetch_values(connection, _WAITING))


async def begin_import(connection: Connection) -> UUID | None:
    """The oldest free import, now `running`; None where nothing waits."""
    return next(iter(await fetch_values(connection, _BEGIN)), None)


async def lock_import(connection: Connection, import_id: UUID) -> RosterImport | None:
    """The import with its sealed file, ours until the end of the transaction; None where somebody else has it."""
    return await fetch_one(connection, _LOCK, id=import_id)


async def count_import(connection: Connection, import_id: UUID, **found: Any) -> None:
    """`found`: people, households, accepted and known ones of a file that was read, and that itself, sealed."""
    await execute(connection, _COUNTED, rows=1, id=import_id, **found)


async def forget_file(connection: Connection, import_id: UUID) -> None:
    """Of an import that was rejected."""
    await execute(connection, _FORGET, rows=1, id=import_id)


async def finish_import(connection: Connection, import_id: UUID, state: State, **found: Any) -> None:
    """`found`: people, households, accepted and known ones of a file that was read; the problem of one that was not."""
    await execute(connection, _FINISH, rows=1, id=import_id, state=state, **(NOTHING | found))


async def list_villages(connection: Connection, area: str, on: date) -> dict[tuple[str, str], list[str]]:
    """Codes of an area's villages on a day, by the names of township and village."""
    found: dict[tuple[str, str], list[str]] = {}
    for place in await fetch(connection, _VILLAGES, area=area, on=on):
        found.setdefault((place.township, place.village), []).append(place.code)
    return found


async def list_registered(connection: Connection, numbers: Sequence[str]) -> dict[str, RegisteredHome]:
    """Which of these household numbers the county has; seen by `system` only, across townships."""
    return {h.household_no: h for h in await fetch(connection, _REGISTERED, numbers=list(numbers))}


async def insert_findings(connection: Connection, import_id: UUID, findings: Sequence[RosterFinding]) -> None:
    """They take the place of what was found when the file was read."""
    await execute(connection, _CLEAR_FINDINGS, rows=None, import_id=import_id)
    await execute_many(connection, _INSERT_FINDINGS, [f._asdict() for f in findings])
