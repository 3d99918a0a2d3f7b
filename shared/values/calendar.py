"""Days of a procedure, by one calendar: working days, and what the end of a notice on a holiday does.

The calendar itself is data (`shared/ground/calendar.toml`); a year that it does not hold has weekends only.
"""

from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """`holidays` are no working days; `workdays` are weekends on which is worked to make up for them."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        """Whether offices are open."""
        return day in self.workdays or (day.weekday() < 5 and day not in self.holidays)


@dataclass(frozen=True, slots=True)
class Days:
    """How long something stands: `count` days, calendar days or `working` ones.

    `from_next`: the day of posting does not count (the province counts it: 24 to 30 August are seven days, domain notes
    9.11). `moves_on`: a last day on which nobody works moves on to the next working day.
    """

    count: int
    working: bool = False
    from_next: bool = False
    moves_on: bool = False


def over_on(posted_on: date, days: Days, calendar: Calendar) -> date:
    """The first day after a notice posted on that day has stood all its days."""
    day = posted_on + DAY if days.from_next else posted_on
    left = days.count - 1
    while days.working and not calendar.works(day):
        day += DAY
    while left > 0:
        day += DAY
        left -= 1 if not days.working or calendar.works(day) else 0
    while days.moves_on and not calendar.works(day):
        day += DAY
    return day + DAY
