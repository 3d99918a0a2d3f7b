"""All SQL about roster imports. A file's households are written set-based: one statement a table."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.roster.tables import roster_finding
from shared.data.sql import Connection, Row, execute, execute_many, fetch, fetch_one, insert_many, sql
from shared.ground.problems import Problem

Rows = Sequence[dict[str, Any]]

_INSERT_IMPORT = sql("""
    INSERT INTO roster_import (id, division, state, income_year, business_date, submitted_by, sha256, file_sealed)
    VALUES (:id, :division, 'received', :income_year, :on, :submitted_by, :sha256, :file_sealed)
""")
_GET = sql("""
    SELECT id, state, income_year, people, households, accepted_households, rejected_households, problem
    FROM roster_import WHERE id = :id
""")
_FINDINGS = sql(
    """
    SELECT position, row, household_no, "column", kind, code, rejects FROM roster_finding
    WHERE import_id = :id AND position > :after ORDER BY position LIMIT :limit
""",
    after=Integer,
)
# Whoever works on an import holds its row; one that is `running` and free was left by somebody who died.
_WAITING = sql("""
    SELECT id FROM roster_import WHERE state IN ('received', 'running')
    ORDER BY submitted_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_BEGIN = sql("""
    UPDATE roster_import SET state = 'running', attempts = attempts + 1 WHERE id = (
    SELECT id FROM roster_import WHERE state IN ('received', 'running')
    ORDER BY submitted_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, attempts
""")
_LOCK = sql("SELECT * FROM roster_import WHERE id = :id AND state = 'running' FOR UPDATE SKIP LOCKED")
# The file is people's data: it goes when its content has been taken or refused.
_FINISH = sql(
    """
    UPDATE roster_import SET state = :state, people = :people, households = :households,
    accepted_households = :accepted, rejected_households = :rejected, problem = :problem, file_sealed = NULL,
    finished_at = clock_timestamp() WHERE id = :id
""",
    households=Integer,
    accepted=Integer,
    rejected=Integer,
)
_VILLAGES = sql("""
    SELECT t.name_zh AS township, v.name_zh AS village, v.code FROM division v
    JOIN division t ON t.code = left(v.code, 9) AND t.level = 'township' AND t.valid @> CAST(:on AS date)
    WHERE v.level = 'village' AND v.valid @> CAST(:on AS date) AND v.code >= :area AND v.code <= :area || '~'
""")
_REGISTERED = sql("SELECT household_no FROM household WHERE household_no = ANY(:numbers)")
_KNOWN = sql(
    """
    SELECT DISTINCT p.digest FROM person_index p JOIN unnest(:key_ids, :digests) AS s (k, d)
    ON p.key_id = s.k AND p.digest = s.d
""",
    key_ids=ARRAY(Text),
)

_INSERT_FINDINGS = insert_many(
    roster_finding,
    ("import_id", "division", "position", "row", "household_no", "column", "kind", "code", "rejects"),
)


async def insert_import(
    connection: Connection,
    import_id: UUID,
    division: str,
    income_year: int,
    on: date,
    submitted_by: str,
    sha256: str,
    file_sealed: bytes,
) -> None:
    await execute(
        connection,
        _INSERT_IMPORT,
        rows=1,
        id=import_id,
        division=division,
        income_year=income_year,
        on=on,
        submitted_by=submitted_by,
        sha256=sha256,
        file_sealed=file_sealed,
    )


async def get_import(connection: Connection, import_id: UUID) -> Row:
    """Raises Problem `shared.not_found` where there is none in the caller's area."""
    row = await fetch_one(connection, _GET, id=import_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def list_findings(connection: Connection, import_id: UUID, after: int, limit: int) -> list[Row]:
    return await fetch(connection, _FINDINGS, id=import_id, after=after, limit=limit)


async def is_any_waiting(connection: Connection) -> bool:
    """Whether an import is new, or was left half done, and nobody works on it."""
    return await fetch_one(connection, _WAITING) is not None


async def begin_import(connection: Connection) -> Row | None:
    """The oldest free import (id, attempts), now `running`; None where nothing waits."""
    return await fetch_one(connection, _BEGIN)


async def lock_import(connection: Connection, import_id: UUID) -> Row | None:
    """The import with its sealed file, ours until the end of the transaction; None where somebody else has it."""
    return await fetch_one(connection, _LOCK, id=import_id)


async def finish_import(
    connection: Connection,
    import_id: UUID,
    *,
    state: str,
    people: int = 0,
    households: int = 0,
    accepted: int = 0,
    problem: dict[str, Any] | None = None,
) -> None:
    await execute(
        connection,
        _FINISH,
        rows=1,
        id=import_id,
        state=state,
        people=people,
        households=households,
        accepted=accepted,
        rejected=households - accepted,
        problem=problem,
    )


async def list_villages(connection: Connection, area: str, on: date) -> dict[tuple[str, str], list[str]]:
    """Codes of an area's villages on a day, by the names of township and village."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in await fetch(connection, _VILLAGES, area=area, on=on):
        found.setdefault((row["township"], row["village"]), []).append(row["code"])
    return found


async def list_registered(connection: Connection, numbers: Sequence[str]) -> set[str]:
    """Which of these household numbers the county has; seen by `system` only, across townships."""
    return {r["household_no"] for r in await fetch(connection, _REGISTERED, numbers=list(numbers))}


async def list_known_digests(connection: Connection, digests: Sequence[tuple[str, bytes]]) -> set[bytes]:
    """Which of these (key id, digest) belong to somebody in the register."""
    rows = await fetch(connection, _KNOWN, key_ids=[k for k, _ in digests], digests=[d for _, d in digests])
    return {r["digest"] for r in rows}


async def insert_findings(connection: Connection, rows: Rows) -> None:
    await execute_many(connection, _INSERT_FINDINGS, rows)
