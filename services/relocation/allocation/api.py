"""Doors to the allocation: the round's freeze, seed and draw; what anybody needs to draw it again; swaps."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.relocation.allocation import actions, queries
from services.relocation.allocation.rules import SeedPolicy
from services.relocation.allocation.schemas import (
    Allocation,
    AllocationPage,
    DrawInputs,
    DrawResult,
    LotPage,
    LotShown,
    NewRound,
    Round,
    RoundInputs,
    RoundPage,
    RoundResult,
    Seed,
    Swaps,
)
from services.relocation.applications.schemas import Results
from shared.data.sql import Row
from shared.doors.http import CurrentPolicy, Transaction, by
from shared.ground.context import Act
from shared.ground.policy import Policy

router = APIRouter(prefix="/allocation", tags=["allocation"])

FIRST = UUID(int=0)
READERS = by("county", "township", "village", "team", "helper", "auditor")
# The draw is public: whoever has a token of the county at all may check it.
ANYBODY = by(
    "county", "township", "village", "team", "helper", "department", "bank", "insurer", "entity", "auditor",
    "surveyor", "villager", "subscriber",
)  # fmt: skip
County = Annotated[Act, by("county")]
Limit = Annotated[int, Query(ge=1, le=1000)]


def _round(row: Row, policy: Policy) -> Round:
    shown: dict[str, Any] = {name: row[name] for name in Round.model_fields if name not in ("round_id", "draw_from_on")}
    seed_on = row["seed_on"]
    wait = timedelta(days=policy.on(seed_on, SeedPolicy).seed_days_before_draw) if seed_on else None
    return Round(round_id=row["id"], draw_from_on=seed_on + wait if wait is not None else None, **shown)


@router.post("/rounds")
async def freeze(body: NewRound, connection: Transaction, policy: CurrentPolicy, act: County) -> Round:
    """Freeze the list; today is the day on which members are counted."""
    return _round(await actions.freeze(connection, act, policy, body), policy)


@router.post("/rounds/{round_id}/refreeze")
async def refreeze(round_id: UUID, connection: Transaction, policy: CurrentPolicy, act: County) -> Round:
    """Freeze the list anew; a seed that was published is void. Once one is, only where the list has changed."""
    return _round(await actions.refreeze(connection, act, policy, round_id), policy)


@router.post("/rounds/{round_id}/seed")
async def publish_seed(
    round_id: UUID, body: Seed, connection: Transaction, policy: CurrentPolicy, act: County
) -> Round:
    """Publish the seed, by another person than who froze the list."""
    return _round(await actions.publish_seed(connection, act, round_id, body.seed, body.inputs_hash), policy)


@router.post("/rounds/{round_id}/draw")
async def draw(round_id: UUID, connection: Transaction, policy: CurrentPolicy, act: County) -> Round:
    """Draw by the published seed, once; again it answers the same."""
    return _round(await actions.draw_round(connection, act, policy, round_id), policy)


@router.get("/rounds", dependencies=[ANYBODY])
async def list_rounds(
    connection: Transaction, policy: CurrentPolicy, cursor: UUID = FIRST, limit: Limit = 100
) -> RoundPage:
    """All rounds, by id. `next` is the cursor of the following page."""
    items = [_round(row, policy) for row in await queries.list_rounds(connection, cursor, limit)]
    return RoundPage(items=items, next=str(items[-1].round_id) if len(items) == limit else None)


@router.get("/rounds/{round_id}/inputs", dependencies=[ANYBODY])
async def show_inputs(round_id: UUID, connection: Transaction) -> RoundInputs:
    """What `shenchi redraw` takes."""
    row = await queries.get_round(connection, round_id)
    draws = [DrawInputs(**d) for d in await queries.list_draws(connection, round_id)]
    return RoundInputs(round_id=round_id, state=row["state"], seed=row["seed"], draws=draws)


@router.get("/rounds/{round_id}/result", dependencies=[ANYBODY])
async def show_result(round_id: UUID, connection: Transaction) -> RoundResult:
    """What was drawn, lots and units only."""
    row = await queries.get_round(connection, round_id)
    draws = [DrawResult(**d) for d in await queries.list_draws(connection, round_id) if d["result"] is not None]
    return RoundResult(round_id=round_id, state=row["state"], seed=row["seed"], draws=draws)


@router.get("/rounds/{round_id}/lots", dependencies=[READERS])
async def list_lots(round_id: UUID, connection: Transaction, cursor: str = "", limit: Limit = 100) -> LotPage:
    """Whose lots they are, within the caller's area, by lot."""
    await queries.get_round(connection, round_id)
    items = [LotShown(**row) for row in await queries.list_lots(connection, round_id, cursor, limit)]
    return LotPage(items=items, next=items[-1].lot if len(items) == limit else None)


@router.post("/swaps")
async def swap(
    body: Swaps, connection: Transaction, act: Annotated[Act, by("township")]
) -> Results:  # fmt: skip
    """Two households of the township exchange their flats, within the notice, each once."""
    return Results(results=await actions.swap(connection, act, body.items))


@router.get("/allocations", dependencies=[READERS])
async def list_allocations(
    connection: Transaction, cursor: UUID = FIRST, cohort: int | None = None, state: str | None = None,
    household_id: UUID | None = None, limit: Limit = 100,
) -> AllocationPage:  # fmt: skip
    """Allocations of the caller's area, by id; released ones too."""
    rows = await queries.list_allocations(connection, cursor, limit, cohort, state, household_id)
    items = [Allocation(**row) for row in rows]
    return AllocationPage(items=items, next=str(items[-1].id) if len(items) == limit else None)
