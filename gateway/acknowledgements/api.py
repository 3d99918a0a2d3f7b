"""Doors to acknowledgements: subscribers say what they did, the county asks what is left to do."""

import json
from typing import Annotated

from fastapi import APIRouter, Query

from gateway.acknowledgements import actions, queries
from gateway.acknowledgements.schemas import Acknowledged, Acknowledgement, Unanswered, UnansweredPage
from gateway.limits.api import LIMITED
from gateway.subscriptions.schemas import EventType
from shared.acts.bodies import Batch, Limit, NumberCursor, Page, Results, page
from shared.data.pages import Place
from shared.doors.http import Paging, Reading, Transaction, by
from shared.ground.context import Act
from shared.ground.problems import Problem
from shared.values.inputs import LARGEST, clean

router = APIRouter(prefix="/feed/exits/acknowledgements", tags=["acknowledgements"], dependencies=[LIMITED])

Reader = Annotated[Act, by("subscriber", "county", "auditor")]
Subscriber = Annotated[str, Query(max_length=200)]


@router.post("")
async def acknowledge(
    body: Batch[Acknowledgement], connection: Transaction, act: Annotated[Act, by("subscriber")]
) -> Results:
    """Up to 1,000 actions upon events at once, a result for each, named by its event; safe to repeat."""
    return body.answered(await actions.acknowledge(connection, act, body.sound))


@router.get("")
async def list_acknowledgements(
    connection: Reading,
    act: Reader,
    subscriber: Subscriber = "",
    cursor: Annotated[str, Query(max_length=300)] = "",
    limit: Limit = 100,
) -> Page[Acknowledged]:
    """What was said, by the event's position; the county and auditors see every subscriber's, or that of one."""
    after = _read_place(cursor)
    rows = await queries.list_acknowledgements(connection, _whose(act, subscriber) or None, after, limit)
    found = page(Acknowledged, rows, Place(after, limit), "position")
    if found.next is not None:
        found.next = json.dumps([rows[-1].position, rows[-1].owner_subject, rows[-1].action])
    return found


@router.get("/missing")
async def list_unanswered(
    connection: Paging,
    act: Reader,
    at: NumberCursor,
    subscriber: Subscriber = "",
    type: EventType | None = None,  # noqa: A002 - CloudEvents' own word
) -> UnansweredPage:
    """The public facts, of one type or of all, upon which a subscriber has not said that it acted."""
    subject = _whose(act, subscriber) or act.subject
    found = page(Unanswered, await queries.list_unanswered(connection, subject, type, at), at, "position")
    return UnansweredPage(subscriber=subject, items=found.items, next=found.next)


def _whose(act: Act, subscriber: str) -> str:
    """A subscriber asks about itself alone."""
    return act.subject if act.caller.role == "subscriber" else subscriber


def _read_place(cursor: str) -> tuple[int, str, str]:
    if not cursor:
        return 0, "", ""
    try:
        position, owner, action = json.loads(cursor)
        if not 0 <= int(position) <= LARGEST:
            raise ValueError(cursor)
        return int(position), clean(str(owner)), clean(str(action))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Problem("shared.cursor_invalid") from error
