"""Does a visit count? Evidence is taken whenever it can be true; what counts is decided by place and days.

Phones are offline for days, so a visit is judged by the day on which it was made, never by the day it arrives.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_M = 6_371_008  # the mean radius of WGS84's ellipsoid


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """`is_helper`: he was the household's helper on that day. `counted`: a visit of his there counts that day.

    `distance_m` is to the village's place, `nearest_m` to the nearest place known in the county; None where nobody said
    one. `moved`: the household lives in a new home, `home_m` away, None where nobody said where that is. `stated`: the
    phone knew where it was.
    """

    visited_on: date
    arrived_on: date
    is_helper: bool
    distance_m: int | None
    counted: bool
    nearest_m: int | None = None
    moved: bool = False
    stated: bool = True
    home_m: int | None = None


@dataclass(frozen=True, slots=True)
class VisitPolicy:
    """The figures in force on the day of arrival."""

    geofence_m: int
    geofence_tolerance_m: int
    county_reach_m: int
    visit_late_after_days: int
    visit_counts_within_days: int


@dataclass(frozen=True, slots=True)
class FindingPolicy:
    """Codes of what a visit may find."""

    visit_findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """`refusal` keeps nothing; otherwise it is kept, and `reasons` say why it does not count or what was noted."""

    counts: bool
    late: bool = False
    reasons: tuple[str, ...] = ()
    refusal: str | None = None


# Geofence 1 km (S65); days of grace, tolerance of a phone's position and one visit a day [choice].
def judge_visit(facts: VisitFacts, policy: VisitPolicy) -> Judgement:
    """Refused: dated in the future, or by who was not the helper then. Too far, too late, twice: does not count.

    Only what would count alone is the second of a day, so that it does not matter which arrives first.
    """
    days = (facts.arrived_on - facts.visited_on).days
    if days < 0:
        return Judgement(counts=False, refusal="future_date")
    if not facts.is_helper:
        return Judgement(counts=False, refusal="not_the_helper")
    against = _place(facts, policy)
    late = days > policy.visit_late_after_days
    if days > policy.visit_counts_within_days:
        against += ("too_late",)
    if facts.counted and not against:
        against = ("duplicate",)
    return Judgement(counts=not against, late=late, reasons=against + (("late",) if late else ()))


# A day's presence: weekly check-in within the fence was seen (S65); one counts a day [choice].
def judge_checkin(
    checked_on: date,
    today: date,
    starts_on: date,
    distance_m: int | None,
    policy: VisitPolicy,
    *,
    counted: bool,
    nearest_m: int | None = None,
    stated: bool = True,
) -> Judgement:
    """The same of future and distance; before `starts_on` the cadre was not there yet."""
    if checked_on > today:
        return Judgement(counts=False, refusal="future_date")
    if checked_on < starts_on:
        return Judgement(counts=False, refusal="not_stationed")
    facts = VisitFacts(checked_on, today, True, distance_m, counted, nearest_m, stated=stated)
    against = _place(facts, policy)
    if counted and not against:
        against = ("duplicate",)
    return Judgement(counts=not against, reasons=against)


def _place(facts: VisitFacts, policy: VisitPolicy) -> tuple[str, ...]:
    """What speaks against where it was.

    Who has moved is met in the new home or still in the village. A place that nobody stated is not a place near: what
    may have been there does not count, and what was outside the county was not there.
    """
    if not facts.stated:
        return ("no_position",)
    fence_m = policy.geofence_m + policy.geofence_tolerance_m
    if any(far is not None and far <= fence_m for far in (facts.distance_m, facts.home_m)):
        return ()
    outside = facts.nearest_m is not None and facts.nearest_m > policy.county_reach_m
    unknown = facts.distance_m is None or (facts.moved and facts.home_m is None)
    return ("no_place",) if unknown and not outside else ("too_far",)


# A phone without a position sends zeroes; that point lies in the sea off Africa.
def is_stated(position: tuple[int, int]) -> bool:
    return position != (0, 0)


def distance_m(one: tuple[int, int], other: tuple[int, int]) -> int:
    """Metres between two points (latitude, longitude in millionths of a degree) along the great circle."""
    (lat1, lon1), (lat2, lon2) = ((radians(a / 1e6), radians(o / 1e6)) for a, o in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, half))))


def note_digest(note: str) -> str:
    """SHA-256 of the note without spaces and in small letters: a copy with another spacing is a copy."""
    return hashlib.sha256("".join(note.split()).casefold().encode()).hexdigest()
