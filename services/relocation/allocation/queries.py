"""All SQL about rounds, draws, lots, swaps and allocations."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Text

from services.relocation.allocation.tables import (
    Allocation,
    AllocationDraw,
    AllocationLot,
    AllocationRound,
    AllocationSwap,
    WhoseLot,
    allocation,
    allocation_draw,
    allocation_lot,
    allocation_round,
    allocation_swap,
)
from services.relocation.applications import queries as applications
from services.relocation.applications.tables import Application
from shared.data.pages import Place, fetch_page, page, page_of
from shared.data.sql import (
    Connection,
    by_id,
    execute,
    execute_many,
    fetch,
    fetch_one,
    fetch_or_not_found,
    get_by,
    insert_many,
    insert_one,
    list_by,
    lock_by,
    sql,
    update_many,
)

_INSERT_ROUND = insert_one(allocation_round, *AllocationRound._fields)
_REFREEZE = sql(
    """
    UPDATE allocation_round SET state = 'frozen', snapshot_on = :snapshot_on, inputs_hash = :inputs_hash, lots = :lots,
           units = :units, notice_days = :notice_days, frozen_by = :frozen_by, secret_hash = :secret_hash,
           secret_sealed = :secret_sealed, seed = NULL, seed_on = NULL, seed_by = NULL
    WHERE id = :id AND state <> 'drawn'
    """,
    lots=Integer,
)
_SET_SEED = sql("""
    UPDATE allocation_round SET state = 'announced', seed = :seed, seed_on = :seed_on, seed_by = :seed_by
    WHERE id = :id AND state = 'frozen'
    """)
_SET_DRAWN = sql(
    """
    UPDATE allocation_round SET state = 'drawn', drawn_on = :drawn_on, drawn_by = :drawn_by,
           result_hash = :result_hash, allocated = :allocated, secret = :secret
    WHERE id = :id AND state = 'announced'
    """,
    allocated=Integer,
)
_ROUND = get_by(allocation_round)
_LOCK_ROUND = sql(f"SELECT {allocation_round.columns} FROM allocation_round WHERE id = :id FOR UPDATE", AllocationRound)
_ROUND_PAGE = page(allocation_round)
_FREEZE_DRAW = sql("""
    INSERT INTO allocation_draw AS d (round_id, draw_no, inputs, inputs_hash)
    VALUES (:round_id, 0, :inputs, :inputs_hash)
    ON CONFLICT (round_id, draw_no) DO UPDATE SET inputs = excluded.inputs, inputs_hash = excluded.inputs_hash
    WHERE d.result IS NULL
    """)
_SET_RESULT = sql("""
    UPDATE allocation_draw SET result = :result, result_hash = :result_hash, drawn_on = :drawn_on
    WHERE round_id = :round_id AND draw_no = :draw_no AND result IS NULL
    """)
_INSERT_DRAW = insert_one(allocation_draw, "round_id", "draw_no", "inputs", "inputs_hash")
_DRAWS = sql(
    f"SELECT {allocation_draw.columns} FROM allocation_draw WHERE round_id = :round_id ORDER BY draw_no", AllocationDraw
)
_DELETE_LOTS = sql("DELETE FROM allocation_lot WHERE round_id = :round_id")
_INSERT_LOTS = insert_many(allocation_lot, AllocationLot._fields)
_LOTS = sql(
    f"SELECT {allocation_lot.columns} FROM allocation_lot WHERE round_id = :round_id ORDER BY lot", AllocationLot
)
_LOT_PAGE = page_of(
    WhoseLot,
    """
    SELECT l.lot, l.application_id, l.household_id, l.division, l.members, l.needs_accessible, l.nonce, a.state
    FROM allocation_lot l JOIN relocation_application a ON a.id = l.application_id
    """,
    "l.round_id",
    key="l.lot",
    after=Text,
)
_INSERT_SWAPS = insert_many(allocation_swap, AllocationSwap._fields, "ORDER BY 1")
_SWAPS = list_by(allocation_swap)
_INSERT = insert_many(allocation, Allocation._fields, "ORDER BY 1")
_OF_IDS = list_by(allocation)
_LOCK = lock_by(allocation)
_LOCK_STANDING = sql(
    f"""
    SELECT {allocation.columns} FROM allocation
    WHERE application_id = ANY(:ids) AND state NOT IN ('moved_in', 'released') ORDER BY id FOR UPDATE
    """,
    Allocation,
)
_LOCK_RELEASED = sql(
    f"""
    SELECT {allocation.columns} FROM allocation
    WHERE application_id = ANY(:ids) AND state = 'released' ORDER BY id FOR UPDATE
    """,
    Allocation,
)
_RESTORE = update_many(allocation, "state", "since_on", "due_on", "released_on", "released_reason")
_REPORTED = sql("SELECT allocation_id AS id FROM move_report WHERE allocation_id = ANY(:ids) AND confirmed IS NULL")
_PAGE = page(allocation, "cohort", "state", "household_id")


async def find_round(connection: Connection, round_id: UUID) -> AllocationRound | None:
    return await fetch_one(connection, _ROUND, id=round_id)


async def get_round(connection: Connection, round_id: UUID) -> AllocationRound:
    """Raises Problem `shared.not_found`."""
    return await fetch_or_not_found(connection, _ROUND, id=round_id)


async def lock_round(connection: Connection, round_id: UUID) -> AllocationRound:
    """Raises Problem `shared.not_found`."""
    return await fetch_or_not_found(connection, _LOCK_ROUND, id=round_id)


async def list_rounds(connection: Connection, at: Place) -> list[AllocationRound]:
    return await fetch_page(connection, _ROUND_PAGE, at)


async def insert_round(connection: Connection, row: AllocationRound) -> None:
    await execute(connection, _INSERT_ROUND, rows=1, **row._asdict())


async def refreeze_round(connection: Connection, row: AllocationRound) -> None:
    """Its seed is void."""
    await execute(connection, _REFREEZE, rows=1, **{name: getattr(row, name) for name in _REFREEZE.names})


async def set_seed(connection: Connection, round_id: UUID, seed: str, on: date, by: str) -> None:
    await execute(connection, _SET_SEED, rows=1, id=round_id, seed=seed, seed_on=on, seed_by=by)


async def set_drawn(
    connection: Connection, round_id: UUID, on: date, by: str, result_hash: str, allocated: int, secret: str | None
) -> None:
    """Its secret is one no more."""
    drawn = {"drawn_on": on, "drawn_by": by, "result_hash": result_hash, "allocated": allocated, "secret": secret}
    await execute(connection, _SET_DRAWN, rows=1, id=round_id, **drawn)


async def set_list(
    connection: Connection, round_id: UUID, inputs: Mapping[str, Any], inputs_hash: str, lots: Sequence[AllocationLot]
) -> None:
    """The round's own draw and its lots, in the place of what was frozen before."""
    await execute(connection, _FREEZE_DRAW, rows=1, round_id=round_id, inputs=inputs, inputs_hash=inputs_hash)
    await execute(connection, _DELETE_LOTS, rows=None, round_id=round_id)
    await execute_many(connection, _INSERT_LOTS, [lot._asdict() for lot in lots])


async def insert_draw(
    connection: Connection, round_id: UUID, draw_no: int, inputs: Mapping[str, Any], inputs_hash: str
) -> None:
    of = {"round_id": round_id, "draw_no": draw_no}
    await execute(connection, _INSERT_DRAW, rows=1, **of, inputs=inputs, inputs_hash=inputs_hash)


async def set_result(
    connection: Connection, round_id: UUID, draw_no: int, result: Mapping[str, Any], result_hash: str, on: date
) -> None:
    of = {"round_id": round_id, "draw_no": draw_no}
    await execute(connection, _SET_RESULT, rows=1, **of, result=result, result_hash=result_hash, drawn_on=on)


async def list_draws(connection: Connection, round_id: UUID) -> list[AllocationDraw]:
    """A round's draws, its own first."""
    return await fetch(connection, _DRAWS, round_id=round_id)


async def list_all_lots(connection: Connection, round_id: UUID) -> list[AllocationLot]:
    """A round's lots within the caller's area."""
    return await fetch(connection, _LOTS, round_id=round_id)


async def list_lots(connection: Connection, round_id: UUID, at: Place) -> list[WhoseLot]:
    """A page by rising lot."""
    return await fetch_page(connection, _LOT_PAGE, at, round_id=round_id)


async def insert_swaps(connection: Connection, swaps: Sequence[AllocationSwap]) -> None:
    await execute_many(connection, _INSERT_SWAPS, [swap._asdict() for swap in swaps])


async def list_swaps(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, AllocationSwap]:
    return await by_id(connection, _SWAPS, ids)


async def insert_allocations(connection: Connection, homes: Sequence[Allocation]) -> None:
    await execute_many(connection, _INSERT, [home._asdict() for home in homes])


async def lock_with_applications(
    connection: Connection, allocation_ids: Sequence[UUID]
) -> tuple[dict[UUID, Allocation], dict[UUID, Application]]:
    """Allocations and their applications, by their own ids, locked in the house's order."""
    seen = await by_id(connection, _OF_IDS, allocation_ids)
    cases = await applications.lock_applications(connection, [home.application_id for home in seen.values()])
    return await by_id(connection, _LOCK, allocation_ids), cases


async def lock_standing(connection: Connection, application_ids: Sequence[UUID]) -> list[Allocation]:
    """These applications' allocations that have neither been released nor moved into, locked in id order."""
    return await fetch(connection, _LOCK_STANDING, ids=list(application_ids))


async def lock_released(connection: Connection, application_ids: Sequence[UUID]) -> list[Allocation]:
    """These applications' allocations that were released, locked in id order."""
    return await fetch(connection, _LOCK_RELEASED, ids=list(application_ids))


async def list_reported(connection: Connection, ids: Sequence[UUID]) -> set[UUID]:
    """Of which a report of the move waits for the second person."""
    return {r["id"] for r in await fetch(connection, _REPORTED, ids=list(ids))}


async def restore(connection: Connection, homes: Sequence[Allocation]) -> None:
    """They stand again, as the rows say."""
    await execute_many(connection, _RESTORE, [home._asdict() for home in homes])


async def list_allocations(connection: Connection, at: Place, **filters: Any) -> list[Allocation]:
    """By rising id, filtered by cohort, state or household."""
    return await fetch_page(connection, _PAGE, at, **filters)
