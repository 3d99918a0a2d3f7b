"""Doors to appeals: raise, decide, list."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.assessment.appeals import actions, queries
from services.assessment.appeals.rules import State
from services.assessment.appeals.schemas import AppealDecision, AppealState, NewAppeal
from shared.acts.bodies import Cursor, Page, page
from shared.doors.http import CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/appeals", tags=["appeals"])

READERS = by("county", "auditor", "team", "helper")


@router.post("", status_code=201)
async def raise_appeal(
    body: NewAppeal, connection: Transaction, policy: CurrentPolicy, act: Annotated[Act, by("team", "helper")]
) -> AppealState:
    """By the cadre himself, or for his unit by one of its cadres, within ten working days of publication."""
    return AppealState(**(await actions.raise_appeal(connection, act, policy, body))._asdict())


@router.post("/{appeal_id}/decision")
async def decide_appeal(
    appeal_id: UUID,
    body: AppealDecision,
    connection: Transaction,
    policy: CurrentPolicy,
    act: Annotated[Act, by("county")],
) -> AppealState:
    """By a person of the county who neither computed nor published the score."""
    return AppealState(**(await actions.decide_appeal(connection, act, policy, appeal_id, body))._asdict())


@router.get("", dependencies=[READERS])
async def list_appeals(connection: Paging, at: Cursor, state: State | None = None) -> Page[AppealState]:
    """Appeals by id; who is assessed sees his own and his unit's."""
    return page(AppealState, await queries.list_appeals(connection, at, state=state), at)
