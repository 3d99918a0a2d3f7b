"""Doors to suspicions: raised, looked into on the spot by one person, settled by another."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.suspicions import actions, queries
from services.registry.suspicions.rules import Code, State
from services.registry.suspicions.schemas import Look, NewSuspicion, OwnSuspicion, SuspicionShown
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/suspicions", tags=["suspicions"])


@router.post("")
async def raise_suspicions(
    body: Batch[NewSuspicion], connection: Transaction, act: Annotated[Act, by("county", "auditor")]
) -> Results:
    """What speaks against registered households; nothing follows before people have looked, but that until then no
    loan and no flat is given anew.
    """
    return body.answered(await actions.raise_suspicions(connection, act, body.sound))


@router.post("/looks")
async def look(
    body: Batch[Look], connection: Transaction, act: Annotated[Act, by("village", "team", "township")]
) -> Results:
    """What somebody saw who went there; never by who helps the household."""
    return body.answered(await actions.look(connection, act, body.sound))


@router.post("/settlements")
async def settle(
    body: Batch[Confirmation],
    connection: Transaction,
    policy: CurrentPolicy,
    act: Annotated[Act, by("township", "county")],
) -> Results:
    """Confirmed: settled by the rule on what was seen. Not confirmed: it is looked into again."""
    return body.answered(await actions.settle(connection, act, policy, body.sound))


@router.post("/dismissals")
async def dismiss(body: Batch[Confirmation], connection: Transaction, act: Annotated[Act, by("county")]) -> Results:
    """Take back what was upheld, by a third person: the household stays, and is held up no more."""
    return body.answered(await actions.dismiss(connection, act, body.sound))


@router.get("", dependencies=[by("county", "township", "village", "team", "auditor")])
async def list_suspicions(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    state: State | None = None,
    code: Code | None = None,
    overdue: bool = False,
) -> Page[SuspicionShown]:
    """Suspicions of the caller's area, by id; never by which login. With `overdue` those alone that nobody looked into
    in time, so that they hold nobody up any longer.
    """
    rows = await queries.list_suspicions(
        connection, at, state=state, household_id=household_id, code=code, overdue=overdue or None
    )
    return page(SuspicionShown, rows, at)


@router.get("/own", dependencies=[by("villager")])
async def list_own(connection: Paging, at: Cursor) -> Page[OwnSuspicion]:
    """What speaks against the caller's own household, since when, and what he can do; nothing of who said it."""
    return page(OwnSuspicion, await queries.list_own(connection, at), at)
