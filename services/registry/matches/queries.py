"""All SQL about lists that were compared."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB

from services.registry.matches.rules import After
from services.registry.matches.tables import (
    MatchContent,
    MatchFile,
    MatchRow,
    match_file,
    match_file_content,
    match_row,
)
from shared.data.pages import Place, fetch_page, page
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
)

# Who hands the same list in at this moment waits, and is answered the same.
_HOLD = sql("SELECT pg_advisory_xact_lock(hashtextextended('match_file:' || :area || ':' || :sha256, 0))")
_SAME = sql(
    f"""
    SELECT {match_file.columns} FROM match_file
    WHERE division = :area AND kind = :kind AND sha256 = :sha256 AND headings = :headings
    """,
    MatchFile,
    headings=JSONB,
)
_GET = get_by(match_file)
_INSERT = insert_one(match_file, *MatchFile._fields)
_KEEP = insert_one(match_file_content, *MatchContent._fields)
_CONTENT = sql(f"SELECT {match_file_content.columns} FROM match_file_content WHERE file_id = :file_id", MatchContent)
_INSERT_ROWS = insert_many(match_row, MatchRow._fields)
_TOLD = sql('SELECT "row" FROM match_row WHERE file_id = :file_id')
_REFUSED = sql(
    f"""
    SELECT {match_row.columns} FROM match_row WHERE file_id = :file_id AND fate = 'refused' ORDER BY "row" LIMIT :limit
    """,
    MatchRow,
)
# Of those that are registered; who was struck is counted nowhere.
_REGISTERED = sql(
    """
    SELECT left(division, 9) AS township, count(*) AS n FROM household
    WHERE status <> 'removed' AND left(division, 9) = ANY(:divisions) GROUP BY 1
    """
)
_PAGE = page(match_file, "state", "kind")
_ALL_ROWS = sql(f"SELECT {match_row.columns} FROM match_row WHERE file_id = :file_id", MatchRow)
# Since when a household is struck, by a removal or because nobody is left; what was taken back since, is no removal.
_AFTER = sql(
    """
    SELECT s.id AS suspicion_id, CASE WHEN h.status = 'removed' THEN h.stands_since END AS struck_on, (
            SELECT max(b.decided_on) FROM reversal b
            WHERE b.household_id = h.id AND b.removal_id IS NOT NULL AND b.state = 'confirmed'
                AND b.decided_on >= s.settled_on) AS back_on, (
            SELECT max(d.decided_on) FROM departure d JOIN member m ON m.id = d.member_id
            WHERE d.household_id = h.id AND m.reference = s.person AND d.state = 'confirmed') AS departed_on,
        EXISTS (SELECT FROM removal r WHERE r.household_id = h.id AND r.state = 'proposed') AS proposed
    FROM suspicion s JOIN household h ON h.id = s.household_id WHERE s.id = ANY(:ids) AND s.state = 'upheld'
    """
)
_ROW_PAGE = page(match_row, key="row", where="file_id = :file_id")


async def hold(connection: Connection, area: str, sha256: str) -> None:
    """Nobody else takes this list before the transaction ends."""
    await fetch(connection, _HOLD, area=area, sha256=sha256)


async def find_same(
    connection: Connection, area: str, kind: str, sha256: str, headings: dict[str, str]
) -> MatchFile | None:
    """The list of the same bytes that was handed in before, and read in the same way."""
    return await fetch_one(connection, _SAME, area=area, kind=kind, sha256=sha256, headings=headings)


async def get_file(connection: Connection, file_id: UUID) -> MatchFile:
    """Raises Problem `shared.not_found`, also where it is another county's."""
    return await fetch_or_not_found(connection, _GET, id=file_id)


async def insert_file(connection: Connection, file: MatchFile, content: MatchContent) -> None:
    await execute(connection, _INSERT, rows=1, **file._asdict())
    await execute(connection, _KEEP, rows=1, **content._asdict())


async def get_content(connection: Connection, file_id: UUID) -> MatchContent:
    """The list as it was handed in, sealed."""
    return await fetch_or_not_found(connection, _CONTENT, file_id=file_id)


async def insert_rows(connection: Connection, rows: Sequence[MatchRow]) -> None:
    await execute_many(connection, _INSERT_ROWS, [row._asdict() for row in rows])


async def list_told(connection: Connection, file_id: UUID) -> set[int]:
    """The rows whose fate is kept already."""
    return set(await fetch_values(connection, _TOLD, file_id=file_id))


async def list_refused(connection: Connection, file_id: UUID, limit: int) -> list[MatchRow]:
    """The first of them, by rising row."""
    return await fetch(connection, _REFUSED, file_id=file_id, limit=limit)


async def count_registered(connection: Connection, townships: Collection[str]) -> dict[str, int]:
    """By township, how many households are in the register."""
    rows = await fetch(connection, _REGISTERED, divisions=sorted(townships))
    return {row["township"]: row["n"] for row in rows}


async def list_files(connection: Connection, at: Place, **filters: Any) -> list[MatchFile]:
    """By rising id, filtered by state or kind."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_rows(connection: Connection, file_id: UUID, at: Place) -> list[MatchRow]:
    """By rising row."""
    return await fetch_page(connection, _ROW_PAGE, at, file_id=file_id)


async def list_all_rows(connection: Connection, file_id: UUID) -> list[MatchRow]:
    """Those of which something is kept."""
    return await fetch(connection, _ALL_ROWS, file_id=file_id)


async def list_after(connection: Connection, suspicion_ids: Collection[UUID]) -> dict[UUID, After]:
    """By suspicion that was upheld, what has happened to its household since."""
    rows = await fetch(connection, _AFTER, ids=sorted(suspicion_ids))
    return {
        r["suspicion_id"]: After(r["struck_on"], r["back_on"], r["departed_on"], proposed=r["proposed"]) for r in rows
    }
