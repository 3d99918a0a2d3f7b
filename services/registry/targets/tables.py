"""The rows of targets; the migrations make their table."""

from datetime import date
from typing import NamedTuple

from shared.data.relations import Big, table


class Target(NamedTuple):
    code: str
    year: int
    division: str
    planned: Big
    unit: str
    set_on: date
    set_by: str


class Reached(NamedTuple):
    """A target beside what the registers count; None where no statement counts it."""

    code: str
    year: int
    division: str
    planned: int
    unit: str
    actual: int | None


target = table("target", Target)
