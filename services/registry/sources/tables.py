"""The rows of what was said of households."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.households.rules import Category, Kind, Weight


class HouseWord(NamedTuple):
    """The last that each said of a household's house."""

    household_id: UUID
    weight: Weight
    house_grade: str
    said_on: date


class SaidLine(NamedTuple):
    """A line of an income year: held for true now, or of the last statement that somebody made."""

    household_id: UUID
    stated_by: str
    weight: Weight
    category: Category
    kind: Kind
    payer: str
    amount_fen: int
    stated_on: date
    held: bool
