"""What a row of another register's list means, and when a whole list is too much to be believed: pure rules.

Domain notes 2.1 "Exclusion matches" (S21, S22, S23): a match is a suspicion, never a removal. Which exclusion a list is
about, below which value a vehicle is none, and how much of a township one list may touch, is policy data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["payroll", "cadres", "vehicles", "houses", "companies", "large_growers", "deaths", "prison"]
# A file is taken at once, or held until a second person confirms or rejects it.
State = Literal["taken", "held", "confirmed", "rejected"]
# Of a row that matched, or could not be read; the others are counted.
Fate = Literal["raised", "known", "refused"]
# What is being looked into already, whoever raised it; by another list of this moment, under the same id.
KNOWN = ("already_raised", "content_differs", "id_taken")
# Whoever left while the list was read is nobody of the register's any more.
GONE = ("not_found", "household_removed", "not_in_household", "wrong_state")


@dataclass(frozen=True, slots=True)
class MatchPolicy:
    """`match_codes`: the exclusion that a list is about, by its kind."""

    match_codes: Mapping[str, str]
    vehicle_least_fen: int
    match_most_ppm: int
    match_least_households: int


def is_match(kind: Kind, value_fen: int | None, policy: MatchPolicy) -> bool:
    """Whether what a row names would be an exclusion; a vehicle of which no value is known may be one."""
    return kind != "vehicles" or value_fen is None or value_fen >= policy.vehicle_least_fen


def row_refusal(since: date | None, on: date) -> str | None:
    """Why a row that could be read cannot be so; None where it can."""
    return "future_date" if since is not None and since > on else None


def fate_of(code: str | None) -> Fate | None:
    """What became of a match that was to be raised, by the refusal of its case; None: it matches nobody any more."""
    reason = (code or "").rpartition(".")[2]
    if not reason:
        return "raised"
    return None if reason in GONE else "known" if reason in KNOWN else "refused"


def held_in(suspected: Mapping[str, int], registered: Mapping[str, int], policy: MatchPolicy) -> str | None:
    """The township of whose households a list would raise suspicions about the largest part, where that is too large.

    `suspected` and `registered`: households by township.
    """
    over = [
        township
        for township, households in suspected.items()
        if households >= policy.match_least_households
        and households * 1_000_000 > registered.get(township, 0) * policy.match_most_ppm
    ]
    return max(over, key=lambda t: (suspected[t] / max(registered.get(t, 0), 1), t), default=None)
