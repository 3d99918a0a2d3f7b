"""Doors to the allocation: the round's freeze, seed and draw; what anybody needs to draw it again; swaps."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.relocation.allocation import actions, queries
from services.relocation.allocation.rules import SeedPolicy, State, is_coded
from services.relocation.allocation.schemas import (
    AllocationShown,
    DrawInputs,
    DrawResult,
    LotShown,
    NewRound,
    Round,
    RoundInputs,
    RoundResult,
    Secret,
    Seed,
    Swap,
)
from services.relocation.allocation.tables import AllocationRound
from shared.acts.bodies import Batch, CodeCursor, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import OF_HOUSEHOLDS, CurrentDataKeys, CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.inputs import Year

router = APIRouter(prefix="/allocation", tags=["allocation"])

# The draw is public: whoever has a token of the county at all may check it.
ANYBODY = by(
    "county",
    "township",
    "village",
    "team",
    "helper",
    "department",
    "bank",
    "insurer",
    "entity",
    "auditor",
    "surveyor",
    "villager",
    "subscriber",
)
Anybody = Annotated[Act, ANYBODY]
DECIDING = ("county", "auditor")
County = Annotated[Act, by("county")]
Township = Annotated[Act, by("township")]


def _round(row: AllocationRound, policy: Policy) -> Round:
    seed_on = row.seed_on
    wait = timedelta(days=policy.on(seed_on, SeedPolicy).seed_days_before_draw) if seed_on else None
    return Round(**row._asdict(), draw_from_on=seed_on + wait if seed_on and wait is not None else None)


@router.post("/rounds")
async def freeze(
    body: NewRound, connection: Transaction, policy: CurrentPolicy, keys: CurrentDataKeys, act: County
) -> Round:
    """Freeze the list; today is the day on which members are counted."""
    return _round(await actions.freeze(connection, act, policy, keys, body), policy)


@router.post("/rounds/{round_id}/refreeze")
async def refreeze(
    round_id: UUID, body: Secret, connection: Transaction, policy: CurrentPolicy, keys: CurrentDataKeys, act: County
) -> Round:
    """Freeze the list anew; a seed that was published is void. Once one is, only where the list has changed."""
    return _round(await actions.refreeze(connection, act, policy, keys, round_id, body.secret), policy)


@router.post("/rounds/{round_id}/seed")
async def publish_seed(
    round_id: UUID, body: Seed, connection: Transaction, policy: CurrentPolicy, act: County
) -> Round:
    """Publish the seed, by another person than who froze the list."""
    return _round(await actions.publish_seed(connection, act, round_id, body.seed, body.inputs_hash), policy)


@router.post("/rounds/{round_id}/draw")
async def draw(
    round_id: UUID, connection: Transaction, policy: CurrentPolicy, keys: CurrentDataKeys, act: County
) -> Round:
    """Draw by the published seed, once; again it answers the same. The secret that numbered the lots is told."""
    return _round(await actions.draw_round(connection, act, policy, keys, round_id), policy)


@router.post("/rounds/{round_id}/redraw")
async def draw_again(
    round_id: UUID, connection: Transaction, policy: CurrentPolicy, keys: CurrentDataKeys, act: County
) -> Round:
    """Draw what came free of the round's flats, among its lots that got nothing, by the same seed."""
    return _round(await actions.draw_again(connection, act, keys, round_id), policy)


@router.get("/rounds", dependencies=[ANYBODY])
async def list_rounds(connection: Paging, policy: CurrentPolicy, at: Cursor) -> Page[Round]:
    """All rounds, by id."""
    return page(Round, [_round(row, policy) for row in await queries.list_rounds(connection, at)], at)


@router.get("/rounds/{round_id}/inputs")
async def show_inputs(round_id: UUID, connection: Reading, act: Anybody) -> RoundInputs:
    """What `shenchi redraw` takes."""
    row = await queries.get_round(connection, round_id)
    draws = [
        DrawInputs(**d._asdict())
        for d in await queries.list_draws(connection, round_id)
        if is_coded(d.inputs) or act.caller.role in DECIDING
    ]
    return RoundInputs(round_id=round_id, state=row.state, seed=row.seed, draws=draws)


@router.get("/rounds/{round_id}/result", dependencies=[ANYBODY])
async def show_result(round_id: UUID, connection: Reading) -> RoundResult:
    """What was drawn, lots and units only."""
    row = await queries.get_round(connection, round_id)
    drawn = [d for d in await queries.list_draws(connection, round_id) if d.result is not None]
    draws = [DrawResult.model_validate(d, from_attributes=True) for d in drawn]
    return RoundResult(round_id=round_id, state=row.state, seed=row.seed, draws=draws)


@router.get("/rounds/{round_id}/lots", dependencies=[OF_HOUSEHOLDS])
async def list_lots(round_id: UUID, connection: Paging, at: CodeCursor) -> Page[LotShown]:
    """Whose lots they are, within the caller's area, by lot."""
    await queries.get_round(connection, round_id)
    return page(LotShown, await queries.list_lots(connection, round_id, at), at, key="lot")


@router.post("/swaps")
async def swap(body: Batch[Swap], connection: Transaction, act: Township) -> Results:
    """Two households of the township exchange their flats, within the notice, each once."""
    return body.answered(await actions.swap(connection, act, body.sound))


@router.get("/allocations", dependencies=[OF_HOUSEHOLDS])
async def list_allocations(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    cohort: Year | None = None,
    state: State | None = None,
) -> Page[AllocationShown]:
    """Allocations of the caller's area, by id; released ones too."""
    rows = await queries.list_allocations(connection, at, cohort=cohort, state=state, household_id=household_id)
    return page(AllocationShown, rows, at)
