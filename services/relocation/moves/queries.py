"""All SQL about reports of moves."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.relocation.moves.tables import move_report
from shared.data.sql import Connection, Row, execute, execute_many, fetch, insert_many, sql

NEW = (
    "id", "allocation_id", "application_id", "division", "moved_in_on", "photo_sha256", "power_kwh_x100",
    "reported_on", "reported_by",
)  # fmt: skip

_INSERT = insert_many(move_report, NEW, "ORDER BY 1")
_LOCK_OPEN = sql(
    "SELECT * FROM move_report WHERE allocation_id = ANY(:ids) AND confirmed IS NULL ORDER BY id FOR UPDATE",
    ids=ARRAY(Uuid),
)
_CLOSE = sql(
    "UPDATE move_report r SET confirmed = n.confirmed, confirmed_on = :on, confirmed_by = :by"
    " FROM unnest(:ids, :confirmed) AS n (id, confirmed) WHERE r.id = n.id AND r.confirmed IS NULL",
    ids=ARRAY(Uuid), confirmed=ARRAY(Boolean), on=Date, by=Text,
)  # fmt: skip


async def insert_reports(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """`rows`: all of NEW."""
    await execute_many(connection, _INSERT, rows)


async def lock_open_reports(connection: Connection, allocation_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Reports that nobody has confirmed or turned down, by allocation."""
    return {r["allocation_id"]: r for r in await fetch(connection, _LOCK_OPEN, ids=list(allocation_ids))}


async def close_reports(connection: Connection, found: Sequence[tuple[UUID, bool]], on: date, by: str) -> None:
    """`found`: report, and whether it was confirmed."""
    await execute(
        connection, _CLOSE, rows=len(found), on=on, by=by, ids=[i for i, _ in found], confirmed=[c for _, c in found]
    )  # fmt: skip
