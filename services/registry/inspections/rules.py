"""Which households are looked at next, and who may look: pure rules.

What speaks for a look is a sign; how much each weighs is policy data, as nobody has measured it here. A stated part of
each list is drawn at random from all, so that how often the register errs can be told without bias; the rest are those
with the highest score (domain notes 4: whoever checks is another person than the maker).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from shared.values.money import half_up

Sign = Literal[
    "of_alarm", "village_alarm", "reviewer_alarm", "suspected", "finding", "near_line", "one_source", "helper_alone",
    "unseen",
]  # fmt: skip
DrawnAs = Literal["random", "score"]
State = Literal["drawn", "open", "sound", "wrong", "ended"]
ListState = Literal["drawn", "confirmed", "rejected"]
# What was found to be otherwise than the register says.
WrongIn = Literal["income", "house", "people", "visit", "conditions"]
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class InspectionPolicy:
    """`inspection_budget`: households that can be looked at in a month; `inspection_random_ppm`: the part of a list
    that is drawn at random; `inspection_weights` by sign; after how many days without a visit of somebody else a
    household is unseen, and for how many days nobody looks again where somebody has.
    """

    inspection_budget: int
    inspection_random_ppm: int
    inspection_weights: Mapping[str, int]
    inspection_unseen_days: int
    inspection_again_days: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a household that is in the register. `seen_on`: the last visit of somebody who did not state its
    income himself; `inspected_on`: the last inspection.
    """

    of_alarm: bool
    village_alarm: bool
    reviewer_alarm: bool
    suspected: bool
    finding: bool
    near_line: bool
    sources: int
    helper_alone: bool
    seen_on: date | None
    inspected_on: date | None


class Candidate(NamedTuple):
    """A household by its number, with its signs; `rested`: nobody has looked for long enough."""

    household_no: str
    signs: tuple[Sign, ...]
    rested: bool


class Chosen(NamedTuple):
    household_no: str
    drawn_as: DrawnAs
    score: int
    signs: tuple[Sign, ...]


def signs_of(known: Known, on: date, policy: InspectionPolicy) -> tuple[Sign, ...]:
    """What speaks for a look at a household."""
    unseen = known.seen_on is None or (on - known.seen_on).days > policy.inspection_unseen_days
    signs: tuple[tuple[Sign, bool], ...] = (
        ("of_alarm", known.of_alarm),
        ("village_alarm", known.village_alarm),
        ("reviewer_alarm", known.reviewer_alarm),
        ("suspected", known.suspected),
        ("finding", known.finding),
        ("near_line", known.near_line),
        ("one_source", known.sources == 1),
        ("helper_alone", known.helper_alone),
        ("unseen", unseen),
    )
    return tuple(sign for sign, holds in signs if holds)


def is_rested(known: Known, on: date, policy: InspectionPolicy) -> bool:
    return known.inspected_on is None or (on - known.inspected_on).days > policy.inspection_again_days


def score_of(signs: Iterable[Sign], policy: InspectionPolicy) -> int:
    return sum(policy.inspection_weights[sign] for sign in signs)


def place_in_draw(seed: str, household_no: str) -> str:
    """The lower, the sooner drawn; nobody can choose it, everybody can compute it [choice]."""
    return hashlib.sha256(f"{seed}|{household_no}".encode()).hexdigest()


def chosen(candidates: Sequence[Candidate], budget: int, seed: str, policy: InspectionPolicy) -> list[Chosen]:
    """First the random ones of all, then the highest scores of the others that are rested; of one score by the draw.

    The order in which they are given changes nothing.
    """
    drawn = sorted(candidates, key=lambda c: (place_in_draw(seed, c.household_no), c.household_no))
    at_random = drawn[: half_up(budget * policy.inspection_random_ppm, MILLION)]
    others = best([c for c in drawn[len(at_random) :] if c.rested], budget - len(at_random), policy)
    how: tuple[tuple[DrawnAs, list[Candidate]], ...] = (("random", at_random), ("score", others))
    return [Chosen(c.household_no, as_, score_of(c.signs, policy), c.signs) for as_, those in how for c in those]


def best(candidates: Sequence[Candidate], budget: int, policy: InspectionPolicy) -> list[Candidate]:
    """The highest scores, in the order in which they are given where they are equal."""
    return sorted(candidates, key=lambda c: -score_of(c.signs, policy))[:budget]


def result_refusal(wrong_in: str | None, *, sound: bool, concerned: bool) -> str | None:
    """Why what somebody found cannot be taken; None where it can."""
    if concerned:
        return "concerned"
    return "wrong_in_what" if sound == (wrong_in is not None) else None
