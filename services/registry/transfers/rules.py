"""Whether a household may move to another village: pure rules.

Domain notes 2.1 "Natural change" [known]: each change is an effective-dated event; the past is never rewritten. Who
states a move and who takes it are two persons, and the second one answers for the village where it goes (9.12).
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

State = Literal["reported", "taken", "refused"]
# Its people are registered there now; it was resettled; it joined kin; its village was merged.
TransferReason = Literal["registration", "resettlement", "kin", "merger", "other"]
# What waits to be decided of the household where it lives.
Hindrance = Literal["exit_under_way", "case_under_way"]


@dataclass(frozen=True, slots=True)
class Home:
    """The household that moves, and since when it lives where it does. `hindrance`: what is under way for it."""

    division: str
    struck: bool
    lives_since: date
    hindrance: Hindrance | None


@dataclass(frozen=True, slots=True)
class Move:
    """Where it goes, and since when. `is_village`: a village of the county has this code today."""

    to_division: str
    is_village: bool
    moved_on: date
    on: date


def transfer_refusal(home: Home | None, move: Move) -> str | None:
    """Why the household cannot be said to have moved so; None where it can."""
    if home is None:
        return "shared.not_found"
    against = (
        (home.struck, "household_removed"),
        (move.moved_on > move.on, "future_date"),
        (not move.is_village, "no_village"),
        (move.to_division == home.division, "same_village"),
        # It lived where it does for a day at least: also the day on which it came there stays.
        (move.moved_on <= home.lives_since, "before_it_lived_there"),
    )
    return next((code for holds, code in against if holds), home.hindrance)


def taking_refusal(*, struck: bool, hindrance: Hindrance | None, is_village: bool) -> str | None:
    """Why a household that was said to have moved cannot be taken yet; None where it can."""
    if struck:
        return "household_removed"
    return hindrance or (None if is_village else "no_village")
