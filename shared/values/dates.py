"""Dates of the county: Asia/Shanghai, and periods as half-open ranges."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Half-open: `start_on` belongs to it, `end_on` does not."""

    start_on: date
    end_on: date

    def __contains__(self, day: date) -> bool:
        return self.start_on <= day < self.end_on

    @property
    def days(self) -> int:
        return (self.end_on - self.start_on).days


def today() -> date:
    """The wall clock's date in Shanghai. Only the edge of the system may ask."""
    return datetime.now(SHANGHAI).date()


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last of a shorter month: 31 January + 1 -> 28 February."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, calendar.monthrange(year, month0 + 1)[1]))


def birthday(born_on: date, years: int) -> date:
    """The first day of that age in completed years: of who was born on 29 February, in other years 1 March."""
    year, leapling = born_on.year + years, (born_on.month, born_on.day) == (2, 29)
    return date(year, 3, 1) if leapling and not calendar.isleap(year) else born_on.replace(year=year)


def full_years(born_on: date, on: date) -> int:
    """Age in completed years."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
