"""When a household that got out is seen again, what somebody may say who was there: pure rules.

After an exit policies stay for a period (seed, S26), and one year of follow-up is common (S13). In which months of it
somebody goes is policy data [choice]. Whoever goes decides nothing: what he finds opens what exists for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple, get_args

from services.registry.findings.rules import Code
from shared.values.calendar import DAY, Calendar
from shared.values.dates import add_months

State = Literal["open", "done", "ended"]
# What the household earns, as it looks to somebody who was there: well over the line, near it, under it.
Standing = Literal["over", "near", "under"]
# What an exit rests on beside the income (S26), and what of it somebody can see not to hold any more.
Trouble = Literal["house_unsafe", "water_unsafe", "school_dropout", "untreated_illness", "uninsured"]
TROUBLES: tuple[Trouble, ...] = get_args(Trouble)
UNDER: Code = "income_lower_than_stated"


@dataclass(frozen=True, slots=True)
class FollowUpPolicy:
    """After how many months somebody goes, and so many days before the last day he may go at the earliest."""

    followup_months: tuple[int, ...]
    followup_days_before: int


class Duty(NamedTuple):
    """Somebody goes between `opens_on` and `due_on`, so many months after the exit."""

    months: int
    opens_on: date
    due_on: date


def duties(exited_on: date, policy: FollowUpPolicy, calendar: Calendar) -> list[Duty]:
    """Those that an exit begins, in order."""
    return [duty_of(exited_on, months, policy, calendar) for months in sorted(policy.followup_months)]


def duty_of(exited_on: date, months: int, policy: FollowUpPolicy, calendar: Calendar) -> Duty:
    """A last day on which nobody works moves on to the next working day; nobody goes before the exit."""
    due_on = add_months(exited_on, months)
    while not calendar.works(due_on):
        due_on += DAY
    return Duty(months, max(exited_on, due_on - timedelta(days=policy.followup_days_before)), due_on)


def findings_of(income: Standing, troubles: Iterable[Trouble]) -> list[Code]:
    """What is to be looked into by somebody else, in order."""
    found: set[Code] = {*troubles, *([UNDER] if income == "under" else [])}
    return sorted(found)
