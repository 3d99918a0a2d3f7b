"""The rows of incomes; the migrations make their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.households.rules import Category, Kind, Weight
from shared.data.relations import Big, InstantRange, table


class KeptLine(NamedTuple):
    """What was stated or paid of one category in an income year, and when that was held for true. `statement_id`: the
    lines that were stated together.
    """

    id: UUID
    household_id: UUID
    division: str
    income_year: int
    category: Category
    kind: Kind
    payer: str
    amount_fen: Big
    known: InstantRange
    stated_on: date
    stated_by: str
    weight: Weight
    stated_as: str | None
    statement_id: UUID | None


class YearLine(NamedTuple):
    """What is held for true now of a household's income."""

    household_id: UUID
    income_year: int
    category: Category
    kind: Kind
    payer: str
    amount_fen: int


class StatedOn(NamedTuple):
    """When the statement was made that stands."""

    household_id: UUID
    income_year: int
    stated_on: date


income_line = table("income_line", KeptLine)
