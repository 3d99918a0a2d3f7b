"""When a place was what: periods of one code never overlap, and a new one ends the one that is open.

Codes follow GB/T 2260 and its extension for townships (9 digits) and villages (12 digits) (domain notes 5, S70).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

Level = Literal["county", "township", "village"]
DIGITS: dict[Level, int] = {"county": 6, "township": 9, "village": 12}
FOREVER = date.max

Start = tuple[str, date]


class Place(NamedTuple):
    """A division in a half-open period; `valid_to` None: until further notice. (code, valid_from) names it."""

    code: str
    valid_from: date
    valid_to: date | None
    name_zh: str
    name_en: str
    level: Level
    poor_village: bool
    rural_people: int

    @property
    def start(self) -> Start:
        return self.code, self.valid_from


@dataclass(frozen=True, slots=True)
class Changes:
    """What a batch comes to: periods to change, periods to begin, and for each item the reason of a refusal or None."""

    updates: list[Place]
    inserts: list[Place]
    refusals: list[str | None]


def overlap(one: Place, other: Place) -> bool:
    return one.valid_from < (other.valid_to or FOREVER) and other.valid_from < (one.valid_to or FOREVER)


def _refusal(item: Place, within: Callable[[str], bool], others: Sequence[Place]) -> str | None:
    if not within(item.code):
        return "outside_area"
    if len(item.code) != DIGITS[item.level]:
        return "code_of_other_level"
    if item.valid_to is not None and item.valid_to <= item.valid_from:
        return "empty_period"
    if any(overlap(item, p) and not _gives_way(p, item) for p in others):
        return "overlap"
    return None


def _gives_way(present: Place, item: Place) -> bool:
    return present.valid_to is None and present.valid_from < item.valid_from


def _counts_otherwise(item: Place, known: Sequence[Place]) -> bool:
    """Whether it says other figures than the period that it corrects, follows or goes before."""
    own = [p for p in known if p.code == item.code]
    before = [p for p in own if p.valid_from <= item.valid_from]
    if not own:
        return False
    beside = max(before, key=lambda p: p.valid_from) if before else min(own, key=lambda p: p.valid_from)
    return (item.poor_village, item.rural_people) != (beside.poor_village, beside.rural_people)


# Domain notes 9.14: `rural_people` and `poor_village` by two persons with source.
def place_changes(
    items: Sequence[Place],
    present: Mapping[Start, Place],
    within: Callable[[str], bool],
    *,
    by_two: bool = False,
) -> Changes:
    """Item after item: the same start again corrects that period; a later start ends the open one there.

    `within`: whether a code lies in the area of who declares. Of a place that is known already its figures are other
    ones only where that is said `by_two` persons.
    """
    state, refusals = dict(present), list[str | None]()
    counted = [*present.values()]
    of_code: dict[str, set[Start]] = {}
    for start in present:
        of_code.setdefault(start[0], set()).add(start)
    for item in items:
        starts = of_code.setdefault(item.code, set())
        others = [state[s] for s in starts if s != item.start]
        code = _refusal(item, within, others)
        if code is None and not by_two and _counts_otherwise(item, counted):
            code = "by_two_persons"
        refusals.append(code)
        if code:
            continue
        for other in others:
            if overlap(item, other):
                state[other.start] = other._replace(valid_to=item.valid_from)
        state[item.start] = item
        starts.add(item.start)
    changed = [p for s, p in sorted(state.items()) if present.get(s) != p]
    return Changes([p for p in changed if p.start in present], [p for p in changed if p.start not in present], refusals)
