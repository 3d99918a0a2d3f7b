"""The rows of fixed months and what is counted; the migrations make their tables."""

from datetime import date, datetime
from typing import NamedTuple

from services.registry.statistics.rules import Cut
from shared.data.relations import table


class StatisticMonth(NamedTuple):
    """A month, as `2017-06`, that was closed: its cells say how it stood on its last day, as known by then."""

    month: str
    closed_on: date
    closed_by: str
    closed_at: datetime


class StatisticCell(NamedTuple):
    """Of a township: how many households and people have a key of a cut; `hidden` from outsiders."""

    month: str
    cut: Cut
    division: str
    key: str
    households: int
    people: int
    hidden: bool


class Cell(NamedTuple):
    """Households with at least one such person, or such themselves; and their people that are so."""

    key: str
    across: str | None
    households: int
    people: int


statistic_month = table("statistic_month", StatisticMonth)
statistic_cell = table("statistic_cell", StatisticCell)
