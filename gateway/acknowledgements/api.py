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
from shared.doors.cursors import CurrentListing, SealedCursor
from shared.doors.http import Paging, Reading, Transaction, by
from shared.ground.context import Act

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
    of: CurrentListing,
    subscriber: Subscriber = "",
    cursor: SealedCursor = "",
    limit: Limit = 100,
) -> Page[Acknowledged]:
    """What was said, by the event's position; the county and auditors see every subscriber's, or that of one."""
    after = json.loads(of.open(cursor)) if cursor else (0, "", "")
    rows = await queries.list_acknowledgements(connection, _whose(act, subscriber) or None, after, limit)

    def seal(position: int) -> str:
        return of.seal(json.dumps([position, rows[-1].owner_subject, rows[-1].action]))

    return page(Acknowledged, rows, Place(after, limit, seal), "position")


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
