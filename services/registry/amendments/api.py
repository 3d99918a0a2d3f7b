"""Doors to what comes after an exit: proposed by one person, confirmed by another of the county."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.amendments import actions, queries
from services.registry.amendments.rules import Kind, State
from services.registry.amendments.schemas import AmendmentShown, Correction, Return, Revocation
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/amendments", tags=["amendments"])


@router.post("/returns")
async def propose_returns(
    body: Batch[Return], connection: Transaction, act: Annotated[Act, by("village", "team")]
) -> Results:
    """Exited households that are poor again, stated by those who see them; nothing changes before the county agrees."""
    return body.answered(await actions.propose_returns(connection, act, body.sound))


@router.post("/revocations")
async def propose_revocations(
    body: Batch[Revocation], connection: Transaction, act: Annotated[Act, by("township", "county", "auditor")]
) -> Results:
    """Announced exits that a cross-check, an appeal or an audit found wrong."""
    return body.answered(await actions.propose_revocations(connection, act, body.sound))


@router.post("/corrections")
async def propose_corrections(
    body: Batch[Correction], connection: Transaction, act: Annotated[Act, by("township", "county")]
) -> Results:
    """Announced exits that stand, with a day, a number of members or a village that was wrong."""
    return body.answered(await actions.propose_corrections(connection, act, body.sound))


@router.post("/confirmations")
async def confirm(
    body: Batch[Confirmation], connection: Transaction, policy: CurrentPolicy, act: Annotated[Act, by("county")]
) -> Results:
    """Confirmed: the rule decides on what is recorded, and the register and the public follow. Else nothing changes."""
    return body.answered(await actions.confirm_amendments(connection, act, policy, body.sound))


@router.get("", dependencies=[OF_HOUSEHOLDS])
async def list_amendments(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    kind: Kind | None = None,
    state: State | None = None,
) -> Page[AmendmentShown]:
    """Those of the caller's area, by id."""
    rows = await queries.list_amendments(connection, at, kind=kind, state=state, household_id=household_id)
    return page(AmendmentShown, rows, at)
