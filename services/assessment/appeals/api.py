"""Doors to appeals: raise, decide, list."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.assessment.appeals import actions, queries
from services.assessment.appeals.schemas import AppealDecision, AppealPage, AppealState, NewAppeal, State
from shared.doors.http import CurrentPolicy, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/appeals", tags=["appeals"])

FIRST = UUID(int=0)
READERS = by("county", "auditor", "team", "helper")


@router.post("", status_code=201)
async def raise_appeal(
    body: NewAppeal, connection: Transaction, policy: CurrentPolicy, act: Annotated[Act, by("team", "helper")]
) -> AppealState:
    """By the cadre himself, or for his unit by one of its cadres, within ten working days of publication."""
    return await actions.raise_appeal(connection, act, policy, body)


@router.post("/{appeal_id}/decision")
async def decide_appeal(
    appeal_id: UUID, body: AppealDecision, connection: Transaction, policy: CurrentPolicy,
    act: Annotated[Act, by("county")],
) -> AppealState:  # fmt: skip
    """By a person of the county who neither computed nor published the score."""
    return await actions.decide_appeal(connection, act, policy, appeal_id, body)


@router.get("", dependencies=[READERS])
async def list_appeals(
    connection: Transaction, cursor: UUID = FIRST, state: State | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> AppealPage:  # fmt: skip
    """Appeals by id; who is assessed sees his own and his unit's."""
    items = [AppealState(**row) for row in await queries.list_appeals(connection, cursor, limit, state)]
    return AppealPage(items=items, next=str(items[-1].id) if len(items) == limit else None)
