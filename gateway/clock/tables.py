"""The clock's one row; the migration makes its table."""

from datetime import date
from typing import NamedTuple

from shared.data.relations import table


class ClockRow(NamedTuple):
    single: bool
    business_date: date


clock = table("clock", ClockRow)
