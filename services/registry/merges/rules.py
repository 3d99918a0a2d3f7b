"""Whether two households can have merged: pure rules.

Domain notes 2.1 "Natural change": a split's reverse; 9.9: a household is who lives and spends together. What a
household has of help is its own and ends with it: the one that has it is the one that stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registry.regroupings.rules import Belonging, Home, first, going_refusal, home_refusal

State = Literal["reported", "confirmed", "rejected"]


@dataclass(frozen=True, slots=True)
class Ending:
    """The household that would end. `there`: who belonged to it on the day, `members`: today's, by reference; `helped`:
    it has a loan or dividends, or a place on the list of those who move.
    """

    home: Home | None
    members: Mapping[str, Belonging]
    there: frozenset[str]
    helped: bool


@dataclass(frozen=True, slots=True)
class Said:
    """On which day they merged, and who of the other household was named."""

    people: tuple[str, ...]
    merged_on: date
    on: date


def merge_refusal(home: Home | None, other: Ending, said: Said) -> str | None:
    """Why the two cannot have merged so; None where they can."""
    for one in (home, other.home):
        if refusal := home_refusal(one, said.merged_on, said.on):
            return refusal
    assert home is not None
    assert other.home is not None
    return first(
        (
            # A year's count of those who got out goes by the household's year.
            (
                (home.status, home.exited_year) != (other.home.status, other.home.exited_year),
                "stands_differently",
            ),
            (other.helped, "help_runs"),
            (sorted(said.people) != sorted(other.members), "others_named"),
        )
    ) or (
        going_refusal(other.members.values(), said.merged_on)
        or first(((other.there != set(other.members), "left_since"),))
    )
