"""Doors to acknowledgements: subscribers say what they did, the county asks what is left to do."""

import json
from typing import Annotated

from fastapi import APIRouter, Query

from gateway.acknowledgements import actions, queries
from gateway.acknowledgements.schemas import (
    Acknowledged,
    AcknowledgedPage,
    AcknowledgementResults,
    Acknowledgements,
    Unanswered,
    UnansweredPage,
)
from gateway.limits.api import LIMITED
from shared.doors.http import Reading, Transaction, by
from shared.ground.context import Act
from shared.ground.problems import Problem

router = APIRouter(prefix="/feed/exits/acknowledgements", tags=["acknowledgements"], dependencies=[LIMITED])

Reader = Annotated[Act, by("subscriber", "county", "auditor")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Subscriber = Annotated[str, Query(max_length=200)]


@router.post("")
async def acknowledge(
    body: Acknowledgements, connection: Transaction, act: Annotated[Act, by("subscriber")]
) -> AcknowledgementResults:
    """Up to 1,000 actions upon events at once, a result for each; safe to repeat."""
    return AcknowledgementResults(results=await actions.acknowledge(connection, act, body.items))


@router.get("")
async def list_acknowledgements(
    connection: Reading,
    act: Reader,
    subscriber: Subscriber = "",
    cursor: Annotated[str, Query(max_length=300)] = "",
    limit: Limit = 100,
) -> AcknowledgedPage:
    """What was said, by the event's position; the county and auditors see every subscriber's, or that of one."""
    after = _read_place(cursor)
    rows = await queries.list_acknowledgements(connection, _whose(act, subscriber) or None, after, limit)
    items = [Acknowledged(**row) for row in rows]
    place = json.dumps([items[-1].position, items[-1].owner_subject, items[-1].action]) if items else None
    return AcknowledgedPage(items=items, next=place if len(items) == limit else None)


@router.get("/missing")
async def list_unanswered(
    connection: Reading,
    act: Reader,
    subscriber: Subscriber = "",
    type: Annotated[str | None, Query(max_length=60)] = None,  # noqa: A002 - CloudEvents' own word
    cursor: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Limit = 100,
) -> UnansweredPage:
    """The public facts, of one type or of all, upon which a subscriber has not said that it acted."""
    subject = _whose(act, subscriber) or act.subject
    rows = await queries.list_unanswered(connection, subject, type, cursor, limit)
    items = [Unanswered(position=r["position"], event=json.loads(r["event"])) for r in rows]
    return UnansweredPage(
        subscriber=subject, items=items, next=str(items[-1].position) if len(items) == limit else None
    )


def _whose(act: Act, subscriber: str) -> str:
    """A subscriber asks about itself alone."""
    return act.subject if act.caller.role == "subscriber" else subscriber


def _read_place(cursor: str) -> tuple[int, str, str]:
    if not cursor:
        return 0, "", ""
    try:
        position, owner, action = json.loads(cursor)
        return int(position), str(owner), str(action)
    except (ValueError, TypeError) as error:
        raise Problem("shared.cursor_invalid") from error
