"""What a course is worth to who passed it: pure rules.

A subsidy for days attended of a course that a certificate closes (seed 38, S54): 150 yuan for each of the first ten
days, 100 after, for at most 15 days, once a year for a person and type of course.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

# How a ruling begins that a revoked certificate's subsidy is not owed.
REVOKED = "certificate_revoked"
State = Literal["recorded", "accepted", "refused", "revoked"]


@dataclass(frozen=True, slots=True)
class SubsidyPolicy:
    training_first_days: int
    training_first_fen: int
    training_later_fen: int
    training_longest_days: int


# S54: 12 days are 1,700 yuan, 15 days 2,000.
def subsidy_fen(days: int, policy: SubsidyPolicy) -> int:
    """For the days that somebody attended."""
    paid = min(days, policy.training_longest_days)
    first = min(paid, policy.training_first_days)
    return first * policy.training_first_fen + (paid - first) * policy.training_later_fen


def attendance_refusal(starts_on: date, class_days: int, days: int, today: date) -> str | None:
    """Why days of a class are not taken, or None: nobody attends more than there were until now."""
    return "too_many_days" if days > min(class_days, max(0, (today - starts_on).days + 1)) else None


# A certificate closes a course that was attended, not before it is over (seed 38).
def certificate_refusal(starts_on: date, class_days: int, days: int, issued_on: date, today: date) -> str | None:
    """Why a certificate is not taken, or None."""
    if days == 0:
        return "not_attended"
    if issued_on > today:
        return "future_date"
    return "before_the_end" if issued_on < starts_on + timedelta(days=class_days - 1) else None
