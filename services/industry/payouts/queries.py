"""All SQL about dues, batches and their lines: set-based, because a run may have a hundred thousand of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Text, Uuid, select
from sqlalchemy.dialects.postgresql import ARRAY

from services.industry.payouts.rules import Due
from services.industry.payouts.tables import payout_batch, payout_due
from shared.data.sql import Connection, Row, execute, fetch, fetch_one, insert_many, parameter, sql, statement
from shared.ground.problems import Problem
from shared.values.ids import uuid7

# By key, so that two who record the same wait for one another in the same order.
_INSERT_DUES = insert_many(
    payout_due, payout_due.c.keys(), "ORDER BY 2 ON CONFLICT (source_key) DO NOTHING RETURNING source_key"
)
_DUE = ("source_key", "household_id", "division", "purpose", "payer", "category", "amount_fen")
# One batch is made at a time, so that the second finds what the first left; a household that moves waits as well.
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('payout_batch', 0))")
# Nothing is made where nothing fits: HAVING leaves the batch out, and with it no line is there to be inserted.
_MAKE_BATCH = sql(
    "WITH fit AS MATERIALIZED (SELECT d.*, row_number() OVER (ORDER BY d.id) AS line_no FROM payout_due d"
    "   WHERE (:purposes IS NULL OR d.purpose = ANY(:purposes)) AND (:payer IS NULL OR d.payer = :payer)"
    "   AND NOT EXISTS (SELECT 1 FROM payout_line l WHERE l.due_id = d.id AND l.state <> 'returned')"
    "   AND NOT EXISTS (SELECT 1 FROM frozen_household f WHERE f.household_id = d.household_id"
    "     AND f.reviewed_on IS NULL)"
    "   ORDER BY d.id LIMIT :largest),"
    " made AS (INSERT INTO payout_batch (id, batch_no, division, bank, state, purposes, payer, pay_on, lines,"
    "   amount_fen, made_by, made_on)"
    "   SELECT :id, :prefix || to_char(nextval('payout_batch_number'), 'FM0000'), :division, :bank, 'made', :purposes,"
    "   :payer, :pay_on, count(*), sum(amount_fen), :made_by, :made_on FROM fit HAVING count(*) > 0)"
    " INSERT INTO payout_line (id, batch_id, line_no, due_id, household_id, division, bank, purpose, payer, category,"
    " amount_fen, state)"
    " SELECT uuidv7(), :id, line_no, id, household_id, division, :bank, purpose, payer, category, amount_fen, 'sent'"
    " FROM fit ORDER BY line_no",
    id=Uuid, prefix=Text, division=Text, bank=Text, purposes=ARRAY(Text), payer=Text, pay_on=Date, made_by=Text,
    made_on=Date, largest=Integer,
)  # fmt: skip
_GET_BATCH = statement(select(payout_batch).where(payout_batch.c.id == parameter("id", payout_batch.c.id)))
_LOCK_BATCH = sql("SELECT * FROM payout_batch WHERE id = :id FOR UPDATE", id=Uuid)
_LINE_SUMS = sql(
    "SELECT count(*) AS lines, coalesce(sum(amount_fen), 0)::bigint AS amount_fen,"
    " count(*) FILTER (WHERE state = 'sent') AS unanswered FROM payout_line WHERE batch_id = :batch_id",
    batch_id=Uuid,
)
_CHECK = sql(
    "UPDATE payout_batch SET state = 'checked', checked_by = :checked_by, checked_on = :checked_on"
    " WHERE id = :id AND state = 'made'",
    id=Uuid, checked_by=Text, checked_on=Date,
)  # fmt: skip
_CLOSE = sql(
    "UPDATE payout_batch SET state = 'closed', closed_on = :closed_on WHERE id = :id AND state = 'checked'",
    id=Uuid, closed_on=Date,
)  # fmt: skip
_BATCH_LINES = sql(
    "SELECT id, line_no, household_id, division, purpose, payer, category, amount_fen, state, code, paid_on"
    " FROM payout_line WHERE batch_id = :batch_id ORDER BY line_no",
    batch_id=Uuid,
)
_CONFIRM = sql(
    "UPDATE payout_line l SET state = 'confirmed', paid_on = p.paid_on, answered_on = :on, answered_by = :by"
    " FROM unnest(:ids, :paid_on) AS p (id, paid_on) WHERE l.id = p.id AND l.state = 'sent'",
    ids=ARRAY(Uuid), paid_on=ARRAY(Date), on=Date, by=Text,
)  # fmt: skip
_RETURN = sql(
    "UPDATE payout_line l SET state = 'returned', code = p.code, answered_on = :on, answered_by = :by"
    " FROM unnest(:ids, :codes) AS p (id, code) WHERE l.id = p.id AND l.state = 'sent'",
    ids=ARRAY(Uuid), codes=ARRAY(Text), on=Date, by=Text,
)  # fmt: skip
_PAGE = sql(
    "SELECT * FROM payout_batch WHERE id > :after AND (:state IS NULL OR state = :state) ORDER BY id LIMIT :limit",
    after=Uuid, state=Text, limit=Integer,
)  # fmt: skip
_LINES = sql(
    "SELECT l.id AS payment_id, l.*, d.source_key FROM payout_line l JOIN payout_due d ON d.id = l.due_id"
    " WHERE l.id > :after AND (:household_id IS NULL OR l.household_id = :household_id)"
    " AND (:batch_id IS NULL OR l.batch_id = :batch_id) AND (:state IS NULL OR l.state = :state)"
    " ORDER BY l.id LIMIT :limit",
    after=Uuid, household_id=Uuid, batch_id=Uuid, state=Text, limit=Integer,
)  # fmt: skip
_SUMMARY = sql(
    "SELECT d.purpose, d.dues, d.due_fen, coalesce(l.lines, 0) AS lines, coalesce(l.confirmed, 0) AS confirmed,"
    " coalesce(l.confirmed_fen, 0) AS confirmed_fen, coalesce(l.returned, 0) AS returned,"
    " coalesce(l.households, 0) AS households"
    " FROM (SELECT purpose, count(*) AS dues, sum(amount_fen)::bigint AS due_fen FROM payout_due GROUP BY purpose) d"
    " LEFT JOIN (SELECT purpose, count(*) AS lines, count(*) FILTER (WHERE state = 'confirmed') AS confirmed,"
    "   (sum(amount_fen) FILTER (WHERE state = 'confirmed'))::bigint AS confirmed_fen,"
    "   count(*) FILTER (WHERE state = 'returned') AS returned,"
    "   count(DISTINCT household_id) FILTER (WHERE state = 'confirmed') AS households"
    "   FROM payout_line GROUP BY purpose) l USING (purpose) ORDER BY d.purpose"
)
_CONFIRMED = sql(
    "SELECT household_id, sum(amount_fen)::bigint AS amount_fen FROM payout_line"
    " WHERE state = 'confirmed' AND purpose = ANY(:purposes) AND paid_on BETWEEN :first_on AND :last_on"
    " GROUP BY household_id",
    purposes=ARRAY(Text), first_on=Date, last_on=Date,
)  # fmt: skip
_HAVE_DUES = sql("SELECT 1 FROM payout_due WHERE household_id = ANY(:ids) LIMIT 1", ids=ARRAY(Uuid))


async def insert_dues(connection: Connection, dues: Sequence[Due], on: date, by: str) -> set[str]:
    """The source keys that were new."""
    if not dues:
        return set()
    columns = {name: [getattr(due, name) for due in dues] for name in _DUE}
    # What was given first is paid first.
    ids = sorted(uuid7() for _ in dues)
    rows = await fetch(
        connection, _INSERT_DUES, id=ids, **columns,
        recorded_on=[on for _ in dues], recorded_by=[by for _ in dues],
    )  # fmt: skip
    return {r["source_key"] for r in rows}


async def take_turn(connection: Connection) -> None:
    """Wait until no other batch is being made; held until the end of the transaction."""
    await fetch(connection, _TAKE_TURN)


async def make_batch(connection: Connection, batch: Mapping[str, Any], largest: int) -> int:
    """A batch of the open dues that fit, without those of frozen households: its lines; 0 where there are none.

    `batch`: id, prefix (of its number), division, bank, purposes, payer, pay_on, made_by, made_on.
    """
    return await execute(connection, _MAKE_BATCH, rows=None, **batch, largest=largest)


async def get_batch(connection: Connection, batch_id: UUID) -> Row:
    """Raises Problem `shared.not_found`."""
    row = await fetch_one(connection, _GET_BATCH, id=batch_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def lock_batch(connection: Connection, batch_id: UUID) -> Row:
    """Raises Problem `shared.not_found`."""
    row = await fetch_one(connection, _LOCK_BATCH, id=batch_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def sum_lines(connection: Connection, batch_id: UUID) -> Row:
    """How many lines a batch has, their sum, and how many the bank has not answered."""
    row = await fetch_one(connection, _LINE_SUMS, batch_id=batch_id)
    assert row is not None
    return row


async def set_checked(connection: Connection, batch_id: UUID, checked_by: str, checked_on: date) -> None:
    await execute(connection, _CHECK, rows=1, id=batch_id, checked_by=checked_by, checked_on=checked_on)


async def set_closed(connection: Connection, batch_id: UUID, closed_on: date) -> None:
    await execute(connection, _CLOSE, rows=1, id=batch_id, closed_on=closed_on)


async def list_batch_lines(connection: Connection, batch_id: UUID) -> list[Row]:
    """All lines of a batch, by number."""
    return await fetch(connection, _BATCH_LINES, batch_id=batch_id)


async def confirm_lines(connection: Connection, paid: Mapping[UUID, date], on: date, by: str) -> None:
    """`paid`: the day of payment by line."""
    await execute(
        connection, _CONFIRM, rows=len(paid), ids=list(paid), paid_on=list(paid.values()), on=on, by=by
    )  # fmt: skip


async def return_lines(connection: Connection, returned: Mapping[UUID, str], on: date, by: str) -> None:
    """`returned`: the bank's code by line."""
    await execute(
        connection, _RETURN, rows=len(returned), ids=list(returned), codes=list(returned.values()), on=on, by=by
    )  # fmt: skip


async def list_batches(connection: Connection, after: UUID, limit: int, state: str | None) -> list[Row]:
    """A page by rising id."""
    return await fetch(connection, _PAGE, after=after, limit=limit, state=state)


async def list_lines(
    connection: Connection, after: UUID, limit: int, household_id: UUID | None, batch_id: UUID | None,
    state: str | None,
) -> list[Row]:  # fmt: skip
    """A page by rising id; a filter that is None lets everything pass."""
    return await fetch(
        connection, _LINES, after=after, limit=limit, household_id=household_id, batch_id=batch_id, state=state
    )


async def list_summary(connection: Connection) -> list[Row]:
    """Sums by purpose over what the caller may see."""
    return await fetch(connection, _SUMMARY)


async def sum_confirmed(
    connection: Connection, purposes: Sequence[str], first_on: date, last_on: date
) -> dict[UUID, int]:
    """What banks confirmed as paid from the first day to the last, fen by household."""
    rows = await fetch(connection, _CONFIRMED, purposes=list(purposes), first_on=first_on, last_on=last_on)
    return {r["household_id"]: r["amount_fen"] for r in rows}


async def take_turn_of_owed(connection: Connection, household_ids: Sequence[UUID]) -> None:
    """As `take_turn`, where anything was ever owed to one of the households."""
    if await fetch_one(connection, _HAVE_DUES, ids=list(household_ids)) is not None:
        await take_turn(connection)
