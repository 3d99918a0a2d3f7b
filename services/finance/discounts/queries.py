"""All SQL about discount claims."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Text, Uuid, select
from sqlalchemy.dialects.postgresql import insert

from services.finance.discounts.tables import discount_claim, discount_line
from shared.data.sql import (
    Connection,
    Row,
    execute,
    execute_many,
    fetch,
    fetch_one,
    insert_many,
    parameter,
    sql,
    statement,
)
from shared.ground.problems import Problem

_CLAIM = (
    "id", "division", "bank", "quarter_end_on", "state", "lines", "amount_fen", "made_by", "made_on",
)  # fmt: skip

# One claim of a bank at a time: the second sees the lines of the first.
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('discount_claim/' || :bank, 0))", bank=Text)
_INSERT_CLAIM = statement(insert(discount_claim).values({c: parameter(c, discount_claim.c[c]) for c in _CLAIM}))
_INSERT_LINES = insert_many(discount_line, discount_line.c.keys())
_LOCK = sql("SELECT * FROM discount_claim WHERE id = :id FOR UPDATE", id=Uuid)
_GET = statement(select(discount_claim).where(discount_claim.c.id == parameter("id", discount_claim.c.id)))
_CHECK = sql(
    "UPDATE discount_claim SET state = 'checked', checked_by = :checked_by, checked_on = :checked_on"
    " WHERE id = :id AND state = 'made'",
    id=Uuid, checked_by=Text, checked_on=Date,
)  # fmt: skip
_LINES = sql(
    "SELECT d.*, l.loan_no, p.period_start_on, p.period_end_on FROM discount_line d JOIN loan l ON l.id = d.loan_id"
    " JOIN interest_period p ON p.id = d.interest_period_id WHERE d.claim_id = :claim_id"
    " ORDER BY l.loan_no, p.period_start_on",
    claim_id=Uuid,
)
_PAGE = sql("SELECT * FROM discount_claim WHERE id > :after ORDER BY id LIMIT :limit", after=Uuid, limit=Integer)
_SUMMARY = sql(
    "SELECT coalesce(sum(amount_fen), 0)::bigint AS claimed_fen,"
    " coalesce(sum(amount_fen) FILTER (WHERE state = 'checked'), 0)::bigint AS checked_fen FROM discount_claim"
)


async def take_turn(connection: Connection, bank: str) -> None:
    """Wait until no other claim of this bank is being made; held until the end of the transaction."""
    await fetch(connection, _TAKE_TURN, bank=bank)


async def insert_claim(connection: Connection, claim: dict[str, Any], lines: Sequence[dict[str, Any]]) -> None:
    await execute(connection, _INSERT_CLAIM, rows=1, **claim)
    await execute_many(connection, _INSERT_LINES, lines)


async def lock_claim(connection: Connection, claim_id: UUID) -> Row:
    """Raises Problem `shared.not_found`."""
    row = await fetch_one(connection, _LOCK, id=claim_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def get_claim(connection: Connection, claim_id: UUID) -> Row:
    """Raises Problem `shared.not_found`."""
    row = await fetch_one(connection, _GET, id=claim_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def set_checked(connection: Connection, claim_id: UUID, checked_by: str, checked_on: date) -> None:
    await execute(connection, _CHECK, rows=1, id=claim_id, checked_by=checked_by, checked_on=checked_on)


async def list_lines(connection: Connection, claim_id: UUID) -> list[Row]:
    """A claim's lines with their loan numbers and periods."""
    return await fetch(connection, _LINES, claim_id=claim_id)


async def list_claims(connection: Connection, after: UUID, limit: int) -> list[Row]:
    """A page by rising id."""
    return await fetch(connection, _PAGE, after=after, limit=limit)


async def get_summary(connection: Connection) -> Row:
    row = await fetch_one(connection, _SUMMARY)
    assert row is not None
    return row
