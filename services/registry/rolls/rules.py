"""What of a place's figures may be changed: pure rules.

Domain notes 9.14: `rural_people` and `poor_village` by two persons with source; a village's exit and its incidence go
by them (2.1 "Village exit").
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registry.divisions.rules import Place

State = Literal["proposed", "confirmed", "rejected"]


@dataclass(frozen=True, slots=True)
class Said:
    """What a paper says of a place since a day; None says nothing of it."""

    division: str
    since: date
    rural_people: int | None
    poor_village: bool | None


def last_of(places: Iterable[Place]) -> Place | None:
    """A place's last period."""
    return max(places, key=lambda p: p.valid_from, default=None)


def change_refusal(last: Place | None, said: Said, on: date) -> str | None:
    """Why the last period of a place is not changed so; None where it may be."""
    if last is None or last.valid_to is not None:
        return "not_found"
    against = (
        (said.since > on, "future_date"),
        (said.since < last.valid_from, "later_known"),
        (said.poor_village is not None and last.level != "village", "not_a_village"),
        (changed(last, said)[2:] == last._replace(valid_from=said.since)[2:], "nothing_changes"),
    )
    return next((code for holds, code in against if holds), None)


def changed(last: Place, said: Said) -> Place:
    """The place as it is since that day, until further notice."""
    return last._replace(
        valid_from=said.since,
        rural_people=last.rural_people if said.rural_people is None else said.rural_people,
        poor_village=last.poor_village if said.poor_village is None else said.poor_village,
    )
