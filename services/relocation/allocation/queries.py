"""All SQL about rounds, draws, lots, swaps and allocations."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Text, Uuid, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from services.relocation.allocation.tables import (
    allocation,
    allocation_draw,
    allocation_lot,
    allocation_round,
    allocation_swap,
)
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

ROUND = (
    "id", "cohort", "state", "site_ids", "snapshot_on", "inputs_hash", "lots", "units", "notice_days", "frozen_by",
)  # fmt: skip
NEW = (
    "id", "round_id", "draw_no", "lot", "application_id", "household_id", "division", "cohort", "unit_id", "members",
    "cap_m2_x100", "area_m2_x100", "accessible", "needs_accessible", "state", "allocated_on", "notice_ends_on",
    "swap_id",
)  # fmt: skip

_INSERT_ROUND = statement(insert(allocation_round).values({c: parameter(c, allocation_round.c[c]) for c in ROUND}))
_REFREEZE = sql(
    "UPDATE allocation_round SET state = 'frozen', snapshot_on = :snapshot_on, inputs_hash = :inputs_hash,"
    " lots = :lots, units = :units, notice_days = :notice_days, frozen_by = :frozen_by, seed = NULL, seed_on = NULL,"
    " seed_by = NULL WHERE id = :id AND state <> 'drawn'",
    id=Uuid, snapshot_on=Date, inputs_hash=Text, lots=Integer, units=Integer, notice_days=Integer, frozen_by=Text,
)  # fmt: skip
_SET_SEED = sql(
    "UPDATE allocation_round SET state = 'announced', seed = :seed, seed_on = :seed_on, seed_by = :seed_by"
    " WHERE id = :id AND state = 'frozen'",
    id=Uuid, seed=Text, seed_on=Date, seed_by=Text,
)  # fmt: skip
_SET_DRAWN = sql(
    "UPDATE allocation_round SET state = 'drawn', drawn_on = :drawn_on, drawn_by = :drawn_by,"
    " result_hash = :result_hash, allocated = :allocated WHERE id = :id AND state = 'announced'",
    id=Uuid, drawn_on=Date, drawn_by=Text, result_hash=Text, allocated=Integer,
)  # fmt: skip
_ROUND = statement(select(allocation_round).where(allocation_round.c.id == parameter("id", allocation_round.c.id)))
_LOCK_ROUND = sql("SELECT * FROM allocation_round WHERE id = :id FOR UPDATE", id=Uuid)
_ROUNDS = sql("SELECT * FROM allocation_round WHERE id > :after ORDER BY id LIMIT :limit", after=Uuid, limit=Integer)
_FREEZE_DRAW = sql(
    "INSERT INTO allocation_draw AS d (round_id, draw_no, inputs, inputs_hash)"
    " VALUES (:round_id, 0, :inputs, :inputs_hash) ON CONFLICT (round_id, draw_no) DO UPDATE"
    " SET inputs = excluded.inputs, inputs_hash = excluded.inputs_hash WHERE d.result IS NULL",
    round_id=Uuid, inputs=JSONB, inputs_hash=Text,
)  # fmt: skip
_SET_RESULT = sql(
    "UPDATE allocation_draw SET result = :result, result_hash = :result_hash, drawn_on = :drawn_on"
    " WHERE round_id = :round_id AND draw_no = :draw_no AND result IS NULL",
    round_id=Uuid, draw_no=Integer, result=JSONB, result_hash=Text, drawn_on=Date,
)  # fmt: skip
_INSERT_DRAW = sql(
    "INSERT INTO allocation_draw (round_id, draw_no, inputs, inputs_hash)"
    " VALUES (:round_id, :draw_no, :inputs, :inputs_hash)",
    round_id=Uuid, draw_no=Integer, inputs=JSONB, inputs_hash=Text,
)  # fmt: skip
_DRAWS = statement(
    select(allocation_draw)
    .where(allocation_draw.c.round_id == parameter("round_id", allocation_draw.c.round_id))
    .order_by(allocation_draw.c.draw_no)
)
_DELETE_LOTS = sql("DELETE FROM allocation_lot WHERE round_id = :round_id", round_id=Uuid)
_INSERT_LOTS = insert_many(allocation_lot, allocation_lot.c.keys())
_LOTS = sql("SELECT * FROM allocation_lot WHERE round_id = :round_id ORDER BY lot", round_id=Uuid)
_LOT_PAGE = sql(
    "SELECT l.*, a.state FROM allocation_lot l JOIN relocation_application a ON a.id = l.application_id"
    " WHERE l.round_id = :round_id AND l.lot > :after ORDER BY l.lot LIMIT :limit",
    round_id=Uuid, after=Text, limit=Integer,
)  # fmt: skip
_INSERT_SWAPS = insert_many(allocation_swap, allocation_swap.c.keys(), "ORDER BY 1")
_SWAPS = sql("SELECT * FROM allocation_swap WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_INSERT = insert_many(allocation, NEW, "ORDER BY 1")
_OF_IDS = sql("SELECT * FROM allocation WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_LOCK = sql("SELECT * FROM allocation WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=ARRAY(Uuid))
_LOCK_STANDING = sql(
    "SELECT * FROM allocation WHERE application_id = ANY(:ids) AND state NOT IN ('moved_in', 'released')"
    " ORDER BY id FOR UPDATE",
    ids=ARRAY(Uuid),
)
_STANDING = sql(
    "SELECT * FROM allocation WHERE application_id = ANY(:ids) AND state <> 'released' ORDER BY id", ids=ARRAY(Uuid)
)
_RELEASE = sql(
    "UPDATE allocation SET state = 'released', released_on = :released_on, released_reason = :reason"
    " WHERE id = ANY(:ids) AND state NOT IN ('moved_in', 'released')",
    ids=ARRAY(Uuid), released_on=Date, reason=Text,
)  # fmt: skip
_SET_STATES = sql(
    "UPDATE allocation a SET state = n.state, key_handed_on = coalesce(n.key_handed_on, a.key_handed_on),"
    " moved_in_on = coalesce(n.moved_in_on, a.moved_in_on)"
    " FROM unnest(:ids, :states, :keys, :moves) AS n (id, state, key_handed_on, moved_in_on)"
    " WHERE a.id = n.id AND a.state NOT IN ('moved_in', 'released')",
    ids=ARRAY(Uuid), states=ARRAY(Text), keys=ARRAY(Date), moves=ARRAY(Date),
)  # fmt: skip
_PAGE = sql(
    "SELECT * FROM allocation WHERE id > :after AND (:cohort IS NULL OR cohort = :cohort)"
    " AND (:state IS NULL OR state = :state) AND (:household_id IS NULL OR household_id = :household_id)"
    " ORDER BY id LIMIT :limit",
    after=Uuid, cohort=Integer, state=Text, household_id=Uuid, limit=Integer,
)  # fmt: skip


async def find_round(connection: Connection, round_id: UUID) -> Row | None:
    return await fetch_one(connection, _ROUND, id=round_id)


async def get_round(connection: Connection, round_id: UUID) -> Row:
    """Raises Problem `shared.not_found`."""
    row = await find_round(connection, round_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def lock_round(connection: Connection, round_id: UUID) -> Row:
    """Raises Problem `shared.not_found`."""
    row = await fetch_one(connection, _LOCK_ROUND, id=round_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def list_rounds(connection: Connection, after: UUID, limit: int) -> list[Row]:
    """A page by rising id."""
    return await fetch(connection, _ROUNDS, after=after, limit=limit)


async def insert_round(connection: Connection, row: Mapping[str, Any]) -> None:
    """`row`: all of ROUND."""
    await execute(connection, _INSERT_ROUND, rows=1, **{name: row[name] for name in ROUND})


async def refreeze_round(connection: Connection, row: Mapping[str, Any]) -> None:
    """`row`: all of ROUND. Its seed is void."""
    kept = ("cohort", "state", "site_ids")
    await execute(connection, _REFREEZE, rows=1, **{name: row[name] for name in ROUND if name not in kept})


async def set_seed(connection: Connection, round_id: UUID, seed: str, on: date, by: str) -> None:
    await execute(connection, _SET_SEED, rows=1, id=round_id, seed=seed, seed_on=on, seed_by=by)


async def set_drawn(
    connection: Connection, round_id: UUID, on: date, by: str, result_hash: str, allocated: int
) -> None:  # fmt: skip
    await execute(
        connection, _SET_DRAWN, rows=1, id=round_id, drawn_on=on, drawn_by=by, result_hash=result_hash,
        allocated=allocated,
    )  # fmt: skip


async def set_list(
    connection: Connection, round_id: UUID, inputs: Mapping[str, Any], inputs_hash: str,
    lots: Sequence[dict[str, Any]],
) -> None:  # fmt: skip
    """The round's own draw and its lots, in the place of what was frozen before."""
    await execute(connection, _FREEZE_DRAW, rows=1, round_id=round_id, inputs=inputs, inputs_hash=inputs_hash)
    await execute(connection, _DELETE_LOTS, rows=None, round_id=round_id)
    await execute_many(connection, _INSERT_LOTS, lots)


async def insert_draw(
    connection: Connection, round_id: UUID, draw_no: int, inputs: Mapping[str, Any], inputs_hash: str
) -> None:
    await execute(
        connection, _INSERT_DRAW, rows=1, round_id=round_id, draw_no=draw_no, inputs=inputs, inputs_hash=inputs_hash
    )


async def set_result(
    connection: Connection, round_id: UUID, draw_no: int, result: Mapping[str, Any], result_hash: str, on: date
) -> None:
    await execute(
        connection, _SET_RESULT, rows=1, round_id=round_id, draw_no=draw_no, result=result, result_hash=result_hash,
        drawn_on=on,
    )  # fmt: skip


async def list_draws(connection: Connection, round_id: UUID) -> list[Row]:
    """A round's draws, its own first."""
    return await fetch(connection, _DRAWS, round_id=round_id)


async def list_all_lots(connection: Connection, round_id: UUID) -> list[Row]:
    """A round's lots within the caller's area."""
    return await fetch(connection, _LOTS, round_id=round_id)


async def list_lots(connection: Connection, round_id: UUID, after: str, limit: int) -> list[Row]:
    """A page by rising lot, with the application's state."""
    return await fetch(connection, _LOT_PAGE, round_id=round_id, after=after, limit=limit)


async def insert_swaps(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    await execute_many(connection, _INSERT_SWAPS, rows)


async def list_swaps(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, _SWAPS, ids=list(ids))}


async def insert_allocations(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """`rows`: all of NEW."""
    await execute_many(connection, _INSERT, rows)


async def list_by_ids(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, _OF_IDS, ids=list(ids))}


async def lock_allocations(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those the caller may see, locked in id order; their applications are locked before them."""
    return {r["id"]: r for r in await fetch(connection, _LOCK, ids=list(ids))}


async def lock_standing(connection: Connection, application_ids: Sequence[UUID]) -> list[Row]:
    """These applications' allocations that have neither been released nor moved into, locked in id order."""
    return await fetch(connection, _LOCK_STANDING, ids=list(application_ids))


async def list_standing(connection: Connection, application_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """The allocation that stands, by application."""
    return {r["application_id"]: r for r in await fetch(connection, _STANDING, ids=list(application_ids))}


async def release_allocations(connection: Connection, ids: Sequence[UUID], on: date, reason: str) -> None:
    await execute(connection, _RELEASE, rows=len(ids), ids=list(ids), released_on=on, reason=reason)


async def set_states(
    connection: Connection, changes: Sequence[tuple[UUID, str, date | None, date | None]]
) -> None:  # fmt: skip
    """`changes`: id, state, day of the keys, day of the move; None keeps what stands there."""
    ids, states, keys, moves = ([c[i] for c in changes] for i in range(4))
    await execute(connection, _SET_STATES, rows=len(ids), ids=ids, states=states, keys=keys, moves=moves)


async def list_allocations(
    connection: Connection, after: UUID, limit: int, cohort: int | None, state: str | None, household_id: UUID | None
) -> list[Row]:
    """By rising id; a filter that is None lets everything pass."""
    return await fetch(
        connection, _PAGE, after=after, limit=limit, cohort=cohort, state=state, household_id=household_id
    )
