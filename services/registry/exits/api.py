"""Doors to the exit procedure."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.registry.exits import actions, queries
from services.registry.exits.schemas import (
    Cases,
    Checks,
    Confirmations,
    Consents,
    Exit,
    ExitPage,
    ExitSummary,
    NewObjection,
    Objected,
    Objection,
    Preview,
    ProposalResults,
    Proposals,
    Resolution,
    Reviews,
    Step,
    StepResults,
)
from services.registry.households.queries import get_household
from shared.acts.decisions import list_decisions, reasons_json
from shared.data.sql import Row
from shared.doors.http import CurrentPolicy, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/exits", tags=["exits"])

FIRST = UUID(int=0)
READERS = by("county", "township", "village", "team", "helper", "auditor")
Village = Annotated[Act, by("village")]
Township = Annotated[Act, by("township")]
County = Annotated[Act, by("county")]


def _summary(row: Row) -> ExitSummary:
    shown = {name: row[name] for name in ExitSummary.model_fields if name != "exit_id"}
    return ExitSummary(exit_id=row["id"], **shown)


@router.get("", dependencies=[READERS])
async def list_exits(
    connection: Transaction, cursor: UUID = FIRST, state: str | None = None, division: str | None = None,
    household_id: UUID | None = None, limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> ExitPage:  # fmt: skip
    """Cases of the caller's area, oldest first."""
    rows = await queries.list_cases(connection, cursor, limit, state, division, household_id)
    items = [_summary(row) for row in rows]
    return ExitPage(items=items, next=str(items[-1].exit_id) if len(items) == limit else None)


@router.get("/preview")
async def preview(
    household_id: UUID, connection: Transaction, policy: CurrentPolicy, act: Annotated[Act, READERS]
) -> Preview:
    """What the rule would say today, and what is missing; nothing is recorded."""
    row = await get_household(connection, household_id)
    decided = await actions.decide(connection, act, policy, [row], store=lambda _: False)
    verdict = decided[household_id].verdict
    return Preview(
        household_id=household_id, outcome=verdict.outcome, missing=verdict.missing, reasons=reasons_json(verdict)
    )


@router.get("/{exit_id}", dependencies=[READERS])
async def get_exit(exit_id: UUID, connection: Transaction) -> Exit:
    """One case whole: every step, objection and decision with its reasons."""
    row = await queries.get_case(connection, exit_id)
    steps = [Step(**s) for s in await queries.list_steps(connection, exit_id)]
    objections = [Objection(objection_id=o["id"], **o) for o in await queries.list_objections(connection, exit_id)]
    return Exit(
        **_summary(row).model_dump(), ended_code=row["ended_code"], steps=steps, objections=objections,
        decisions=await list_decisions(connection, str(row["household_id"])),
    )  # fmt: skip


@router.post("")
async def propose(body: Proposals, connection: Transaction, policy: CurrentPolicy, act: Village) -> ProposalResults:
    """The village committee proposes; who does not meet the criteria is refused with what is missing."""
    ids = [item.household_id for item in body.items]
    return ProposalResults(results=await actions.propose_exits(connection, act, policy, ids))


@router.post("/reviews")
async def review(body: Reviews, connection: Transaction, policy: CurrentPolicy, act: Village) -> StepResults:
    """The vote of the villagers' representatives, recorded by another than who proposed."""
    return StepResults(results=await actions.review(connection, act, policy, body.items))


@router.post("/checks")
async def check(body: Checks, connection: Transaction, act: Annotated[Act, by("team")]) -> StepResults:
    """The task force has been there."""
    return StepResults(results=await actions.check(connection, act, body.items))


@router.post("/consents")
async def consent(
    body: Consents, connection: Transaction, act: Annotated[Act, by("helper", "villager")]
) -> StepResults:
    """The head of the household signs."""
    return StepResults(results=await actions.consent(connection, act, body.items))


@router.post("/notices")
async def post_notices(body: Cases, connection: Transaction, policy: CurrentPolicy, act: Village) -> StepResults:
    """On public notice in the village."""
    return StepResults(results=await actions.post_notice(connection, act, policy, body.items))


@router.post("/objections", status_code=201)
async def object_to(
    body: NewObjection, connection: Transaction,
    act: Annotated[Act, by("villager", "helper", "team", "village", "township", "county", "auditor")],
) -> Objected:  # fmt: skip
    """Stops the case until it is resolved."""
    return Objected(objection_id=await actions.object_to(connection, act, body))


@router.post("/objections/{objection_id}/resolution", status_code=204)
async def resolve(
    objection_id: UUID, body: Resolution, connection: Transaction, policy: CurrentPolicy, act: Township
) -> None:
    """Upheld ends the case; otherwise the notice begins anew."""
    await actions.resolve(connection, act, policy, objection_id, upheld=body.upheld)


@router.post("/township-checks")
async def check_by_township(body: Confirmations, connection: Transaction, act: Township) -> StepResults:
    """After the notice."""
    return StepResults(results=await actions.check_by_township(connection, act, body.items))


@router.post("/decisions")
async def decide(body: Cases, connection: Transaction, policy: CurrentPolicy, act: County) -> StepResults:
    """The rule decides on what is recorded."""
    return StepResults(results=await actions.decide_exits(connection, act, policy, body.items))


@router.post("/announcements")
async def announce(body: Cases, connection: Transaction, act: County) -> StepResults:
    """By another person of the county than who decided."""
    return StepResults(results=await actions.announce(connection, act, body.items))
