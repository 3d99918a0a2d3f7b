"""All SQL about departments' files."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger

from services.registry.filings.tables import (
    AttestationFile,
    FileRow,
    FileSeen,
    attestation_file,
    attestation_file_row,
)
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import (
    Connection,
    execute,
    execute_many,
    fetch,
    fetch_one,
    fetch_or_not_found,
    insert_many,
    insert_one,
    sql,
)

_SEEN = """
    SELECT id, division, unit, kind, sha256, row_count AS rows, accepted, refused, handed_in_on, handed_in_by
    FROM attestation_file
"""
# Who hands the same file in at this moment waits, and is answered the same.
_HOLD = sql(
    "SELECT pg_advisory_xact_lock(hashtextextended('attestation_file:' || :area || ':' || :unit || ':' || :sha256, 0))"
)
_SAME = sql(f"{_SEEN} WHERE division = :area AND unit = :unit AND sha256 = :sha256", FileSeen)
_GET = sql(f"{_SEEN} WHERE id = :id", FileSeen)
_INSERT = insert_one(attestation_file, *AttestationFile._fields)
_INSERT_ROWS = insert_many(attestation_file_row, FileRow._fields)
_ROWS = f"SELECT {', '.join(f'r.{n}' for n in FileRow._fields)} FROM attestation_file_row r"
_REFUSED = sql(f"{_ROWS} WHERE r.file_id = :file_id AND r.code IS NOT NULL ORDER BY r.row", FileRow)
_PAGE = page_of(FileSeen, _SEEN, "unit")
_ROW_PAGE = page_of(FileRow, _ROWS, key="r.row", where="r.file_id = :file_id", after=BigInteger)


async def hold(connection: Connection, area: str, unit: str, sha256: str) -> None:
    """Nobody else takes this file before the transaction ends."""
    await fetch(connection, _HOLD, area=area, unit=unit, sha256=sha256)


async def find_same(connection: Connection, area: str, unit: str, sha256: str) -> FileSeen | None:
    """The file of the same bytes that the unit handed in before."""
    return await fetch_one(connection, _SAME, area=area, unit=unit, sha256=sha256)


async def get_file(connection: Connection, file_id: UUID) -> FileSeen:
    """Raises Problem `shared.not_found`, also where it is another department's."""
    return await fetch_or_not_found(connection, _GET, id=file_id)


async def insert_file(connection: Connection, file: AttestationFile, rows: Sequence[FileRow]) -> None:
    await execute(connection, _INSERT, rows=1, **file._asdict())
    await execute_many(connection, _INSERT_ROWS, [row._asdict() for row in rows])


async def list_refused(connection: Connection, file_id: UUID) -> list[FileRow]:
    """By rising row."""
    return await fetch(connection, _REFUSED, file_id=file_id)


async def list_files(connection: Connection, at: Place, **filters: Any) -> list[FileSeen]:
    """By rising id, filtered by unit."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_rows(connection: Connection, file_id: UUID, at: Place) -> list[FileRow]:
    """By rising row."""
    return await fetch_page(connection, _ROW_PAGE, at, file_id=file_id)
