"""All SQL about reports of moves."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.relocation.moves.tables import MoveReport, move_report
from shared.data.sql import Connection, execute_many, fetch, insert_many, sql, update_many

_INSERT = insert_many(move_report, MoveReport._fields, "ORDER BY 1")
_LOCK_OPEN = sql(
    f"""
    SELECT {move_report.columns} FROM move_report WHERE allocation_id = ANY(:ids) AND confirmed IS NULL
    ORDER BY id FOR UPDATE
    """,
    MoveReport,
)
_CLOSE = update_many(move_report, "confirmed", common={"confirmed_on": "on", "confirmed_by": "by"})


async def insert_reports(connection: Connection, reports: Sequence[MoveReport]) -> None:
    await execute_many(connection, _INSERT, [report._asdict() for report in reports])


async def lock_open_reports(connection: Connection, allocation_ids: Sequence[UUID]) -> dict[Any, MoveReport]:
    """Reports that nobody has confirmed or turned down, by allocation."""
    return {r.allocation_id: r for r in await fetch(connection, _LOCK_OPEN, ids=list(allocation_ids))}


async def close_reports(connection: Connection, found: Sequence[dict[str, Any]], on: date, by: str) -> None:
    """`found`: id of the report, and whether it was confirmed."""
    await execute_many(connection, _CLOSE, found, on=on, by=by)
