"""Until when a line may be appealed, and what a decision may give: pure rules (domain notes 2.5 "Appeal" [choice])."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

State = Literal["open", "upheld", "rejected"]
Ground = Literal["facts_wrong", "leave_not_counted", "visit_not_counted", "other"]


@dataclass(frozen=True, slots=True)
class AppealPolicy:
    appeal_working_days: int


def add_working_days(day: date, count: int) -> date:
    """The last of so many working days after a day: Monday to Friday; holidays are not known here [choice]."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def in_time(published_on: date, raised_on: date, working_days: int) -> bool:
    """Up to the end of the last working day."""
    return published_on <= raised_on <= add_working_days(published_on, working_days)


def points_fit(before_x100: int, points_x100: int | None, max_x100: int) -> bool:
    """Upheld means more points than before, at most the line's: nobody is worse off for having appealed."""
    return points_x100 is not None and before_x100 < points_x100 <= max_x100
