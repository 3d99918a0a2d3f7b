"""Doors to risk signals: have them weighed, look where somebody must, list and count."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.signals import actions, queries
from services.registry.signals.rules import Kept, State
from services.registry.signals.schemas import (
    NewMisfortune,
    PlaceRisk,
    RiskCount,
    RiskCountAsked,
    RiskLook,
    RiskSignalShown,
    RiskWarningShown,
)
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act
from shared.values.inputs import Area

router = APIRouter(tags=["signals"])
WARNINGS, SIGNALS = "/risk-warnings", "/risk-signals"


@router.post(f"{WARNINGS}/counts")
async def weigh(
    body: RiskCountAsked, connection: Transaction, policy: CurrentPolicy, act: Annotated[Act, by("county")]
) -> RiskCount:
    """Every household of a division that got out, by its signals and the points in force: at whose level somebody must
    look, waits for it from today on, with a decision that says why. Counted again on the same facts, nothing changes.
    """
    return await actions.weigh(connection, act, policy, body.division)


@router.post(f"{WARNINGS}/looks")
async def look(body: Batch[RiskLook], connection: Transaction, act: Annotated[Act, by("village", "team")]) -> Results:
    """What somebody found who did not propose the exit. Nothing follows by itself: a return is proposed, or help
    planned, as a task.
    """
    return body.answered(await actions.look(connection, act, body.sound))


@router.get(WARNINGS, dependencies=[OF_HOUSEHOLDS])
async def list_warnings(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    state: State | None = None,
    division: Area | None = None,
) -> Page[RiskWarningShown]:
    """Warnings of the caller's area, by id."""
    rows = await queries.list_warnings(connection, at, state=state, household_id=household_id, division=division)
    return page(RiskWarningShown, rows, at)


@router.get(f"{WARNINGS}/summary", dependencies=[by("county", "township", "village", "team", "auditor")])
async def count_warnings(connection: Reading, division: Area) -> list[PlaceRisk]:
    """Village by village, what became of warnings, and what the open ones rest on."""
    return [PlaceRisk(**row._asdict()) for row in await queries.count_places(connection, division)]


@router.post(SIGNALS)
async def tell(
    body: Batch[NewMisfortune], connection: Transaction, act: Annotated[Act, by("village", "team", "helper")]
) -> Results:
    """What befell households, up to 1,000 at once: nothing follows before it is weighed, and somebody has looked."""
    return body.answered(await actions.tell(connection, act, body.sound))


@router.get(SIGNALS, dependencies=[OF_HOUSEHOLDS])
async def list_signals(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    kind: Kept | None = None,
    division: Area | None = None,
) -> Page[RiskSignalShown]:
    """What other services told, and who lives or works there, of whoever got out or not, by id."""
    rows = await queries.list_heard(connection, at, kind=kind, household_id=household_id, division=division)
    return page(RiskSignalShown, rows, at)
