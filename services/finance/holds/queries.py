"""All SQL about holds."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.finance.holds.tables import loan_hold
from shared.data.sql import Connection, Row, execute, fetch, insert_many, sql

_HOLD = ("id", "loan_id", "household_id", "division", "bank", "kind", "source_key", "raised_on", "raised_by")

# What raised one before raises none again.
_RAISE = insert_many(loan_hold, _HOLD, "ORDER BY 7 ON CONFLICT (source_key) DO NOTHING")
_LOCK = sql("SELECT * FROM loan_hold WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=ARRAY(Uuid))
_CONFIRM = sql(
    "UPDATE loan_hold SET confirmed_on = :on, confirmed_by = :subject"
    " WHERE id = ANY(:ids) AND confirmed_on IS NULL AND released_on IS NULL",
    ids=ARRAY(Uuid), on=Date, subject=Text,
)  # fmt: skip
_RELEASE = sql(
    "UPDATE loan_hold SET released_on = :on, released_by = :subject, release_reason = r"
    " FROM unnest(:ids, :reasons) AS x (i, r) WHERE id = i AND released_on IS NULL",
    ids=ARRAY(Uuid), reasons=ARRAY(Text), on=Date, subject=Text,
)  # fmt: skip
_MISUSED = sql(
    "SELECT DISTINCT loan_id FROM loan_hold WHERE loan_id = ANY(:loan_ids) AND kind = 'misuse_suspected'"
    " AND confirmed_on IS NOT NULL AND released_on IS NULL",
    loan_ids=ARRAY(Uuid),
)
_PAGE = sql(
    "SELECT * FROM loan_hold WHERE id > :after AND (:loan_id IS NULL OR loan_id = :loan_id)"
    " AND (:kind IS NULL OR kind = :kind) AND (:open IS NULL OR (released_on IS NULL) = :open)"
    " ORDER BY id LIMIT :limit",
    after=Uuid, loan_id=Uuid, kind=Text, open=Boolean, limit=Integer,
)  # fmt: skip


async def insert_holds(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """`rows`: id, loan_id, household_id, division, bank, kind, source_key, raised_on, raised_by."""
    columns = {name: [row[name] for row in rows] for name in _HOLD}
    await execute(connection, _RAISE, rows=None, **columns)


async def lock_holds(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those the caller may see, locked in id order."""
    return {r["id"]: r for r in await fetch(connection, _LOCK, ids=list(ids))}


async def set_confirmed(connection: Connection, ids: Sequence[UUID], on: date, subject: str) -> None:
    await execute(connection, _CONFIRM, rows=len(ids), ids=list(ids), on=on, subject=subject)


async def set_released(connection: Connection, reasons: Mapping[UUID, str], on: date, subject: str) -> None:
    await execute(
        connection, _RELEASE, rows=len(reasons), ids=list(reasons), reasons=list(reasons.values()), on=on,
        subject=subject,
    )  # fmt: skip


async def list_misused(connection: Connection, loan_ids: Sequence[UUID]) -> set[UUID]:
    """Loans whose misuse was confirmed, and not released since."""
    return {r["loan_id"] for r in await fetch(connection, _MISUSED, loan_ids=list(loan_ids))}


async def list_holds(
    connection: Connection, after: UUID, limit: int, loan_id: UUID | None, kind: str | None, is_open: bool | None
) -> list[Row]:
    """A page by rising id; `is_open`: not released, or released, or both where None."""
    return await fetch(
        connection, _PAGE, after=after, limit=limit, loan_id=loan_id, kind=kind, open=is_open
    )  # fmt: skip
