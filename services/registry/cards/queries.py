"""All SQL about cards."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Text

from services.registry.cards.tables import Card, household_card
from shared.acts.batches import NewRows, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, execute, fetch, insert_many, list_by, lock_by, sql

# A household has one: whoever hands a second one over at the same moment is told so.
_INSERT = insert_many(household_card, Card._fields, "ORDER BY 1 ON CONFLICT DO NOTHING RETURNING id")
_BY_ID = list_by(household_card)
_LOCK = lock_by(household_card)
_OF_HOUSEHOLDS = list_by(household_card, "household_id")
_PAGE = page(household_card, "household_id")
_SIGN = sql(
    "UPDATE household_card SET signed_by = :person, signed_on = :on WHERE id = :id AND signed_on IS NULL", person=Text
)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Card]:
    return await by_id(connection, _BY_ID, ids)


async def lock_cards(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Card]:
    """Those the caller may see, locked in id order."""
    return await by_id(connection, _LOCK, ids)


async def list_of_households(connection: Connection, ids: Sequence[UUID]) -> Mapping[UUID, Card]:
    """By household; one without a card is not there."""
    return {card.household_id: card for card in await fetch(connection, _OF_HOUSEHOLDS, ids=list(ids))}


async def insert_cards(connection: Connection, rows: NewRows) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT, rows)


async def sign(connection: Connection, card_id: UUID, person: str, on: date) -> None:
    """One of the household has received it."""
    await execute(connection, _SIGN, rows=1, id=card_id, person=person, on=on)


async def list_cards(connection: Connection, at: Place, **filters: Any) -> list[Card]:
    """By rising id, filtered by household."""
    return await fetch_page(connection, _PAGE, at, **filters)
