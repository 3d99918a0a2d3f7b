"""How flats become units: pure rules.

Six people or more are given two adjoining flats under one allocation; which two is settled when they are built, not
when they are drawn (domain notes 2.2 "Apartment types" [choice]).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

SiteKind = Literal["county_town", "township", "village"]
BuildingState = Literal["declared", "rejected", "accepted"]
UnitState = Literal["free", "allocated"]


@dataclass(frozen=True, slots=True)
class Flat:
    id: UUID
    building_id: UUID
    flat_no: str
    floor: int
    area_m2_x100: int
    accessible: bool
    pair_no: str | None


@dataclass(frozen=True, slots=True)
class Unit:
    """`id` is that of its first flat, so that it does not depend on who asks. Both flats of a pair must be accessible
    for it to be.
    """

    id: UUID
    building_id: UUID
    pair_no: str | None
    flats: int
    area_m2_x100: int
    accessible: bool


def flat_refusal(flat: Flat, floors: int, listed: Iterable[Flat]) -> str | None:
    """Why a flat cannot stand beside those that its building's list has; None where it can."""
    pair = 0
    for other in listed:
        if other.flat_no == flat.flat_no:
            return "flat_listed_twice"
        pair += flat.pair_no is not None and other.pair_no == flat.pair_no
    if flat.floor > floors:
        return "floor_beyond_building"
    return "pair_full" if pair == 2 else None


def unit_of(flats: Sequence[Flat], unit_id: UUID) -> Unit:
    """The unit that one flat, or two with one number, make."""
    first = flats[0]
    area, accessible = sum(f.area_m2_x100 for f in flats), all(f.accessible for f in flats)
    return Unit(unit_id, first.building_id, first.pair_no, len(flats), area, accessible)
