"""Doors to the exit procedure."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registry.exits import actions, queries
from services.registry.exits.rules import EXIT_RULE, State
from services.registry.exits.schemas import (
    Check,
    Consent,
    Exit,
    ExitSummary,
    NewObjection,
    Objected,
    Objection,
    Preview,
    Proposal,
    Resolution,
    Review,
    Step,
)
from services.registry.households.queries import get_household
from shared.acts.bodies import Batch, Case, Confirmation, Cursor, Page, Results, page
from shared.acts.decisions import decisions_shown, list_decisions
from shared.acts.dossiers import OwnRules
from shared.acts.minutes import MinutedCase
from shared.acts.numbers import HouseholdAsked, OneHousehold
from shared.acts.procedures import list_steps
from shared.acts.reasons import reasons_shown
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act
from shared.values.inputs import Area

router = APIRouter(prefix="/exits", tags=["exits"])

Village = Annotated[Act, by("village")]
Township = Annotated[Act, by("township")]
County = Annotated[Act, by("county")]


@router.get("", dependencies=[OF_HOUSEHOLDS])
async def list_exits(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    state: State | None = None,
    division: Area | None = None,
) -> Page[ExitSummary]:
    """Cases of the caller's area, oldest first."""
    rows = await queries.list_cases(connection, at, state=state, division=division, household_id=household_id)
    return page(ExitSummary, rows, at)


@router.get("/preview")
async def preview(
    household_id: OneHousehold, connection: Paging, policy: CurrentPolicy, act: Annotated[Act, OF_HOUSEHOLDS]
) -> Preview:
    """What the rule would say today, and what is missing; nothing is recorded."""
    row = await get_household(connection, household_id)
    decided = await actions.decide(connection, act, policy, [row], store=lambda _: False)
    verdict = decided[household_id].verdict
    reasons = reasons_shown(EXIT_RULE.name, verdict.reasons)
    return Preview(household_id=household_id, outcome=verdict.outcome, missing=verdict.missing, reasons=reasons)


@router.get("/{exit_id}")
async def get_exit(exit_id: UUID, connection: Reading, rules: OwnRules, act: Annotated[Act, OF_HOUSEHOLDS]) -> Exit:
    """One case whole: every step, objection and decision with its reasons."""
    case = await queries.get_case(connection, exit_id)
    if act.caller.role == "villager":  # of his neighbours' he sees what is on notice
        await get_household(connection, case.household_id)
    return Exit(
        **case._asdict(),
        steps=[Step(**s) for s in await list_steps(connection, exit_id)],
        objections=[Objection(**o._asdict()) for o in await queries.list_objections(connection, exit_id)],
        decisions=decisions_shown(await list_decisions(connection, str(case.household_id)), rules),
    )


@router.post("")
async def propose(body: Batch[Proposal], connection: Transaction, policy: CurrentPolicy, act: Village) -> Results:
    """The village committee proposes; who does not meet the criteria is refused with what is missing."""
    return body.answered(await actions.propose_exits(connection, act, policy, body.sound))


@router.post("/reviews")
async def review(body: Batch[Review], connection: Transaction, policy: CurrentPolicy, act: Village) -> Results:
    """The vote of the villagers' representatives, recorded by another than who proposed."""
    return body.answered(await actions.review(connection, act, policy, body.sound))


@router.post("/checks")
async def check(body: Batch[Check], connection: Transaction, act: Annotated[Act, by("team")]) -> Results:
    """The task force has been there."""
    return body.answered(await actions.check(connection, act, body.sound))


@router.post("/consents")
async def consent(body: Batch[Consent], connection: Transaction, act: Annotated[Act, by("villager")]) -> Results:
    """The household signs for itself; on paper it does so at `/papers`."""
    return body.answered(await actions.consent(connection, act, body.sound))


@router.post("/notices")
async def post_notices(body: Batch[Case], connection: Transaction, policy: CurrentPolicy, act: Village) -> Results:
    """On public notice in the village."""
    return body.answered(await actions.post_notice(connection, act, policy, body.sound))


@router.post("/objections", status_code=201)
async def object_to(
    body: NewObjection,
    connection: Transaction,
    act: Annotated[Act, by("villager", "helper", "team", "village", "township", "county", "auditor")],
) -> Objected:
    """Stops the case until it is resolved."""
    return Objected(id=await actions.object_to(connection, act, body))


@router.post("/objections/{objection_id}/resolution", status_code=204)
async def resolve(
    objection_id: UUID, body: Resolution, connection: Transaction, policy: CurrentPolicy, act: Township
) -> None:
    """Upheld ends the case; otherwise the notice begins anew."""
    await actions.resolve(connection, act, policy, objection_id, upheld=body.upheld)


@router.post("/township-checks")
async def check_by_township(body: Batch[Confirmation], connection: Transaction, act: Township) -> Results:
    """After the notice."""
    return body.answered(await actions.check_by_township(connection, act, body.sound))


@router.post("/decisions")
async def decide(body: Batch[Case], connection: Transaction, policy: CurrentPolicy, act: County) -> Results:
    """The rule decides on what is recorded."""
    return body.answered(await actions.decide_exits(connection, act, policy, body.sound))


@router.post("/announcements")
async def announce(body: Batch[MinutedCase], connection: Transaction, policy: CurrentPolicy, act: County) -> Results:
    """By another person of the county than who decided, by the minutes of its leading group."""
    return body.answered(await actions.announce(connection, act, policy, body.sound))
