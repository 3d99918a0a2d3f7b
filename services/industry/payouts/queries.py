"""All SQL about dues, batches and their lines: set-based, because a run may have a hundred thousand of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Text

from services.industry.payouts.rules import SET_ASIDE, Due
from services.industry.payouts.tables import (
    DueOfSource,
    HeldDue,
    LineShown,
    LineSums,
    PayoutBatch,
    PayoutLine,
    PayoutRuling,
    PurposeSums,
    StoppedLine,
    payout_batch,
    payout_due,
    payout_line,
    payout_ruling,
)
from shared.acts.batches import FREE, NewRows, insert_free
from shared.acts.projection import BY_NUMBER
from shared.data.pages import Place, fetch_page, page, page_of
from shared.data.sql import (
    Connection,
    by_id,
    execute,
    execute_many,
    fetch,
    fetch_one,
    fetch_or_not_found,
    fetch_row,
    get_by,
    insert_many,
    list_by,
    lock_by,
    sql,
    update_many,
)
from shared.values.ids import uuid7

# By key, so that two who record the same wait for one another in the same order.
_INSERT_DUES = insert_many(
    payout_due,
    [n for n in payout_due.shape if n != "corrected_fen"],
    "ORDER BY 2 ON CONFLICT (source_key) DO NOTHING RETURNING source_key",
)
_DUE = ("source_key", "household_id", "division", "purpose", "payer", "category", "amount_fen")
# One batch is made at a time, so that the second finds what the first left; a household that moves waits as well.
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('payout_batch', 0))")
_RULED = "FROM payout_ruling r WHERE r.due_id = d.id AND r.state = 'confirmed' AND r.ruling"
# Who has left the register is paid by its heirs, once they are known.
_REMOVED = f"""(
    EXISTS (SELECT FROM household h WHERE h.id = d.household_id AND h.status = 'removed')
    AND NOT EXISTS (SELECT {_RULED} = 'heirs')
)"""
_FROZEN = """
    EXISTS (SELECT FROM frozen_household f WHERE f.household_id = d.household_id AND f.reviewed_on IS NULL)
"""
# What came back for a reason that does not pass by itself goes out again only where somebody changed something.
_CAME_BACK = f"""
    FROM payout_line l WHERE l.due_id = d.id AND l.lasting
    AND NOT EXISTS (SELECT {_RULED} <> 'not_owed' AND r.line_id = l.id)
"""
# What stands of a due.
_FEN = "coalesce(d.corrected_fen, d.amount_fen)"
_OPEN = f"""
    d.corrected_fen IS DISTINCT FROM 0
    AND NOT EXISTS (SELECT FROM payout_line l WHERE l.due_id = d.id AND l.state <> 'returned')
    AND NOT EXISTS (SELECT {_RULED} = 'not_owed')
"""
# Nothing is made where nothing fits: HAVING leaves the batch out, and with it no line is there to be inserted.
_MAKE_BATCH = sql(
    f"""
    WITH fit AS MATERIALIZED (
        SELECT d.id, d.household_id, d.division, d.purpose, d.payer, d.category, {_FEN} AS amount_fen,
               row_number() OVER (ORDER BY d.recorded_on, {BY_NUMBER}, d.source_key) AS line_no
        FROM payout_due d LEFT JOIN household h ON h.id = d.household_id
        WHERE (:purposes IS NULL OR d.purpose = ANY(:purposes)) AND (:payer IS NULL OR d.payer = :payer)
        AND {_OPEN} AND NOT {_REMOVED} AND NOT EXISTS (SELECT {_CAME_BACK})
        AND NOT {_FROZEN}
        ORDER BY line_no LIMIT :largest
    ), made AS (
        INSERT INTO payout_batch (id, batch_no, division, bank, state, purposes, payer, pay_on, lines, amount_fen,
            made_by, made_on, procedure_version, since_on, due_on)
        SELECT :id, :prefix || to_char(nextval('payout_batch_number'), 'FM0000'), :division, :bank, 'made', :purposes,
            :payer, :pay_on, count(*), sum(amount_fen), :made_by, :made_on, :version, :made_on, :due_on
        FROM fit HAVING count(*) > 0
    )
    INSERT INTO payout_line (id, batch_id, line_no, due_id, household_id, division, bank, purpose, payer, category,
        amount_fen, state)
    SELECT uuidv7(), :id, line_no, id, household_id, division, :bank, purpose, payer, category, amount_fen, 'sent'
    FROM fit ORDER BY line_no
    """,
    version=payout_batch.types["procedure_version"],
)
_GET_BATCH = get_by(payout_batch)
_LOCK_BATCH = lock_by(payout_batch)
_LINE_SUMS = sql(
    """
    SELECT count(*) AS lines, coalesce(sum(amount_fen), 0)::bigint AS amount_fen,
           count(*) FILTER (WHERE state = 'sent') AS unanswered
    FROM payout_line WHERE batch_id = :batch_id
    """,
    LineSums,
)
_BATCH_LINES = sql(
    f"SELECT {payout_line.columns} FROM payout_line WHERE batch_id = :batch_id ORDER BY line_no", PayoutLine
)
_STOPPED_LINES = sql(
    f"""
    SELECT t.id, t.line_no, CASE WHEN {_REMOVED} THEN :removed WHEN {_FROZEN} THEN :frozen ELSE :anew END AS code
    FROM payout_line t JOIN payout_due d ON d.id = t.due_id
    WHERE t.batch_id = :batch_id AND t.state = 'sent' AND ({_REMOVED} OR {_FROZEN} OR t.amount_fen <> {_FEN})
    ORDER BY t.line_no
    """,
    StoppedLine,
    removed=Text,
    frozen=Text,
    anew=Text,
)
_ANSWER = update_many(
    payout_line,
    "state",
    "paid_on",
    "code",
    "lasting",
    common={"answered_on": "on", "answered_by": "by"},
    where="t.state = 'sent'",
)
_PAGE = page(payout_batch, "state")
_LINES = page_of(
    LineShown,
    """
    SELECT l.id, l.batch_id, l.line_no, l.household_id, l.purpose, l.payer, l.amount_fen, l.state, l.code, l.paid_on,
           d.source_key
    FROM payout_line l JOIN payout_due d ON d.id = l.due_id
    """,
    "l.household_id",
    "l.batch_id",
    "l.state",
    key="l.id",
)
# Few are: those of which a line came back for good, and those of the few households that left.
_HELD = f"""
    SELECT d.id, d.household_id, d.division, d.purpose, d.payer, {_FEN} AS amount_fen, {_REMOVED} AS removed,
           b.id AS line_id, b.code
    FROM payout_due d LEFT JOIN LATERAL (SELECT l.id, l.code {_CAME_BACK} ORDER BY l.id DESC LIMIT 1) b ON true
    WHERE d.id IN (
        SELECT due_id FROM payout_line WHERE lasting
        UNION SELECT o.id FROM household h JOIN payout_due o ON o.household_id = h.id WHERE h.status = 'removed'
    ) AND {_OPEN} AND ({_REMOVED} OR b.id IS NOT NULL)
"""
# What waits for a ruling, by why it is held: each goes by an index of its own, the one by when the line came back.
_UNRULED = f"{_OPEN} AND NOT EXISTS (SELECT FROM payout_ruling r WHERE r.due_id = d.id AND r.state = 'proposed')"
CAME_BACK_SOURCE = f"""
    FROM payout_line b JOIN payout_due d ON d.id = b.due_id
    WHERE b.lasting AND NOT EXISTS (SELECT {_RULED} <> 'not_owed' AND r.line_id = b.id)
    AND NOT EXISTS (SELECT {_CAME_BACK} AND l.id > b.id) AND {_UNRULED}
"""
REMOVED_SOURCE = f"""
    FROM household g JOIN payout_due d ON d.household_id = g.id
    WHERE g.status = 'removed' AND {_REMOVED} AND NOT EXISTS (SELECT {_CAME_BACK}) AND {_UNRULED}
"""
_HELD_PAGE = sql(f"{_HELD} AND d.id > :after ORDER BY d.id LIMIT :limit", HeldDue)
_HELD_BY_ID = sql(f"{_HELD} AND d.id = ANY(:ids) ORDER BY d.id", HeldDue)
_RULINGS = list_by(payout_ruling)
_BEING_RULED = sql("SELECT due_id FROM payout_ruling WHERE due_id = ANY(:ids) AND state = 'proposed'")
_INSERT_RULINGS = insert_many(payout_ruling, payout_ruling.shape, FREE)
_RULING_PAGE = page(payout_ruling, "state", "household_id")
_SUMMARY = sql(
    f"""
    SELECT d.purpose, d.dues, d.due_fen, coalesce(l.lines, 0) AS lines, coalesce(l.confirmed, 0) AS confirmed,
           coalesce(l.confirmed_fen, 0) AS confirmed_fen, coalesce(l.returned, 0) AS returned,
           coalesce(l.households, 0) AS households
    FROM (SELECT purpose, count(*) AS dues, sum({_FEN})::bigint AS due_fen FROM payout_due d
          WHERE corrected_fen IS DISTINCT FROM 0 GROUP BY purpose) d
    LEFT JOIN (
        SELECT purpose, count(*) AS lines, count(*) FILTER (WHERE state = 'confirmed') AS confirmed,
               (sum(amount_fen) FILTER (WHERE state = 'confirmed'))::bigint AS confirmed_fen,
               count(*) FILTER (WHERE state = 'returned') AS returned,
               count(DISTINCT household_id) FILTER (WHERE state = 'confirmed') AS households
        FROM payout_line GROUP BY purpose
    ) l USING (purpose) ORDER BY d.purpose
    """,
    PurposeSums,
)
_CONFIRMED = sql("""
    SELECT household_id, sum(amount_fen)::bigint AS amount_fen FROM payout_line
    WHERE state = 'confirmed' AND purpose = ANY(:purposes) AND paid_on BETWEEN :first_on AND :last_on
    GROUP BY household_id
    """)
_OF_SOURCES = sql(
    f"""
    SELECT u.source, d.id, {_FEN} AS fen, s.bank_fen, s.ruled
    FROM unnest(:sources, :households) AS u (source, household_id)
    JOIN payout_due d ON d.household_id = u.household_id
        AND (d.source_key = u.source OR starts_with(d.source_key, u.source || ':'))
    CROSS JOIN LATERAL due_settled(d.id) AS s
    """,
    DueOfSource,
)
_CORRECT = update_many(payout_due, "corrected_fen")
_HAVE_DUES = sql("SELECT 1 FROM payout_due WHERE household_id = ANY(:ids) LIMIT 1")
# The due is open again, and held: it goes out once somebody has ruled on it.
_UNDO = update_many(
    payout_line,
    "state",
    "paid_on",
    "code",
    "lasting",
    common={"revoked_on": "on"},
    where="t.state = 'confirmed'",
)


async def insert_dues(connection: Connection, dues: Sequence[Due], on: date, by: str) -> set[str]:
    """The source keys that were new."""
    if not dues:
        return set()
    columns = {name: [getattr(due, name) for due in dues] for name in _DUE}
    # What was given first is paid first.
    ids = sorted(uuid7() for _ in dues)
    rows = await fetch(
        connection, _INSERT_DUES, id=ids, **columns, recorded_on=[on for _ in dues], recorded_by=[by for _ in dues]
    )
    return {r["source_key"] for r in rows}


async def take_turn(connection: Connection) -> None:
    """Wait until no other batch is being made; held until the end of the transaction."""
    await fetch(connection, _TAKE_TURN)


async def make_batch(connection: Connection, batch: Mapping[str, Any], largest: int) -> int:
    """A batch of the open dues that fit and are not held, without those of frozen households: its lines, perhaps none.

    `batch`: id, prefix (of its number), division, bank, purposes, payer, pay_on, made_by, made_on, due_on, version.
    """
    return await execute(connection, _MAKE_BATCH, rows=None, **batch, largest=largest)


async def get_batch(connection: Connection, batch_id: UUID) -> PayoutBatch:
    """Raises Problem `shared.not_found`."""
    return await fetch_or_not_found(connection, _GET_BATCH, id=batch_id)


async def lock_batch(connection: Connection, batch_id: UUID) -> PayoutBatch:
    """Raises Problem `shared.not_found`."""
    return await fetch_or_not_found(connection, _LOCK_BATCH, ids=[batch_id])


async def sum_lines(connection: Connection, batch_id: UUID) -> LineSums:
    """How many lines a batch has, their sum, and how many the bank has not answered."""
    return await fetch_row(connection, _LINE_SUMS, batch_id=batch_id)


async def list_batch_lines(connection: Connection, batch_id: UUID) -> list[PayoutLine]:
    """All lines of a batch, by number."""
    return await fetch(connection, _BATCH_LINES, batch_id=batch_id)


async def list_stopped_lines(connection: Connection, batch_id: UUID) -> list[StoppedLine]:
    """Those whose household is frozen, or has left the register and nobody ruled that its heirs are paid; and those of
    which another amount is owed since.
    """
    removed, frozen, anew = SET_ASIDE
    return await fetch(connection, _STOPPED_LINES, batch_id=batch_id, removed=removed, frozen=frozen, anew=anew)


async def answer_lines(connection: Connection, rows: NewRows, on: date, by: str) -> None:
    """`rows`: id, state, paid_on, code, lasting."""
    await execute_many(connection, _ANSWER, rows, on=on, by=by)


async def set_aside(connection: Connection, lines: Sequence[StoppedLine], on: date, by: str) -> None:
    """They are not sent; what they were for is open again."""
    rows = [
        {"id": line.id, "state": "returned", "paid_on": None, "code": line.code, "lasting": False} for line in lines
    ]
    await answer_lines(connection, rows, on, by)


async def list_batches(connection: Connection, at: Place, **filters: Any) -> list[PayoutBatch]:
    """By rising id, filtered by state."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_lines(connection: Connection, at: Place, **filters: Any) -> list[LineShown]:
    """By rising id, filtered by household, batch or state."""
    return await fetch_page(connection, _LINES, at, **filters)


async def list_held(connection: Connection, at: Place) -> list[HeldDue]:
    """By rising id."""
    return await fetch(connection, _HELD_PAGE, after=at.after, limit=at.limit)


async def list_held_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, HeldDue]:
    """Those of the dues that are held."""
    return await by_id(connection, _HELD_BY_ID, ids)


async def list_rulings_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, PayoutRuling]:
    return await by_id(connection, _RULINGS, ids)


async def list_being_ruled(connection: Connection, due_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the dues about which something is proposed already."""
    return {r["due_id"] for r in await fetch(connection, _BEING_RULED, ids=list(due_ids))}


async def insert_rulings(connection: Connection, rows: NewRows) -> set[UUID]:
    return await insert_free(connection, _INSERT_RULINGS, rows)


async def list_rulings(connection: Connection, at: Place, **filters: Any) -> list[PayoutRuling]:
    """By rising id, filtered by state or household."""
    return await fetch_page(connection, _RULING_PAGE, at, **filters)


async def list_summary(connection: Connection) -> list[PurposeSums]:
    """Sums by purpose over what the caller may see."""
    return await fetch(connection, _SUMMARY)


async def sum_confirmed(
    connection: Connection, purposes: Sequence[str], first_on: date, last_on: date
) -> dict[UUID, int]:
    """What banks confirmed as paid from the first day to the last, fen by household."""
    rows = await fetch(connection, _CONFIRMED, purposes=list(purposes), first_on=first_on, last_on=last_on)
    return {r["household_id"]: r["amount_fen"] for r in rows}


async def list_of_sources(connection: Connection, sources: Mapping[str, UUID]) -> list[DueOfSource]:
    """Every due that was recorded for any of the sources, first or anew; `sources`: the household by key."""
    return await fetch(connection, _OF_SOURCES, sources=list(sources), households=list(sources.values()))


async def correct_dues(connection: Connection, amounts: Mapping[UUID, int]) -> None:
    """`amounts`: what stands from now on, fen by due."""
    await execute_many(connection, _CORRECT, [{"id": i, "corrected_fen": fen} for i, fen in amounts.items()])


async def take_turn_of_owed(connection: Connection, household_ids: Sequence[UUID]) -> None:
    """As `take_turn`, where anything was ever owed to one of the households."""
    if await fetch_one(connection, _HAVE_DUES, ids=list(household_ids)) is not None:
        await take_turn(connection)


async def undo_payments(connection: Connection, codes: dict[UUID, str], on: date) -> None:
    """`codes`: the bank's reason by line, all of them confirmed."""
    back = {"state": "returned", "paid_on": None, "lasting": True}
    await execute_many(connection, _UNDO, [{"id": i, "code": code} | back for i, code in codes.items()], on=on)
