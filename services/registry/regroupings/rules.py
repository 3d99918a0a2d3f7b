"""What speaks against anybody's going from one household to another on a day: pure rules.

Domain notes 2.1 "Natural change": each change is an effective-dated event; the past is never rewritten. What the
county decided about a household it decided about those who were in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.registry.households.rules import Status


@dataclass(frozen=True, slots=True)
class Home:
    """A household as it stands. `stands_since`: the day since which it stands so; None since it was registered.

    `frozen` by a fraud, `under_way`: an exit, what comes after one, or its striking waits for a decision.
    """

    status: Status
    registered_on: date
    stands_since: date | None
    exited_year: int | None = None
    frozen: bool = False
    under_way: bool = False


@dataclass(frozen=True, slots=True)
class Belonging:
    """Somebody who belongs to a household: since when, without a break. `leaving`: his departure was reported."""

    born_on: date
    since: date
    leaving: bool = False


Against = tuple[bool, str]


def home_refusal(home: Home | None, day: date, on: date) -> str | None:
    """Why nobody goes from or to a household on `day`, as far as that lies in the household."""
    if home is None:
        return "shared.not_found"
    return first(
        (
            (home.status == "removed", "household_removed"),
            (home.frozen, "frozen"),
            (day > on, "future_date"),
            (day < home.registered_on, "registry.arrivals.before_registration"),
            (home.stands_since is not None and day < home.stands_since, "registry.regroupings.decided_since"),
            (home.under_way, "registry.regroupings.under_way"),
        )
    )


def going_refusal(people: Iterable[Belonging], day: date) -> str | None:
    """Why these cannot go on `day`."""
    going = list(people)
    return first(
        (
            (any(day <= p.since for p in going), "registry.changes.before_membership"),
            (any(p.leaving for p in going), "registry.regroupings.departure_waits"),
        )
    )


def first(against: Sequence[Against]) -> str | None:
    """The code of the first condition that holds."""
    return next((code for holds, code in against if holds), None)
