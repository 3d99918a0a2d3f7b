"""Doors to cards: handed over by the village, received by the household."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.cards import actions, queries
from services.registry.cards.schemas import CardShown, NewCard, Receipt
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import OF_HOUSEHOLDS, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/households/cards", tags=["cards"])


@router.post("")
async def hand_over(
    body: Batch[NewCard], connection: Transaction, act: Annotated[Act, by("village", "team")]
) -> Results:
    """Cards that were handed over, signed for on paper or not yet."""
    return body.answered(await actions.hand_over(connection, act, body.sound))


@router.post("/receipts")
async def receive(body: Batch[Receipt], connection: Transaction, act: Annotated[Act, by("villager")]) -> Results:
    """One of the household says himself that the card has come."""
    return body.answered(await actions.receive(connection, act, body.sound))


@router.get("", dependencies=[OF_HOUSEHOLDS])
async def list_cards(connection: Paging, at: Cursor, household_id: HouseholdAsked) -> Page[CardShown]:
    """Cards of the caller's area, by id; a helper's of the paired households, a villager's own."""
    return page(CardShown, await queries.list_cards(connection, at, household_id=household_id), at)
