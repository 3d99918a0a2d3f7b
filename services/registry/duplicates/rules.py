"""Which two members of registered households may be one person, and how much speaks for it: pure rules.

Domain notes 2.1 "Exclusion matches" (S21, S22, S23): a match is a suspicion, never a removal. Names are typed by ear
and by shape, dates are swapped, numbers of 15 digits stand beside those of 18. What each likeness weighs, and from what
sum on a person is asked, is policy data.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Literal, NamedTuple
from uuid import UUID, uuid5

from shared.values.id_number import LENGTH, OLD_LENGTH, Sex, lengthened, normalise

# As suspicions call them: the same number stands in two households, or much is alike. `person_index` keeps a number of
# 18 figures, or a certificate that begins with one, to one person; one of 15, or indexed by other keys, it does not.
Code = Literal["same_person", "similar_person"]
# Within one township, which sorts it out, or between two of them, where the county does. Who tells two apart leaves a
# person twice on the list, should he be wrong: `told_apart` waits for another.
State = Literal["open", "between", "suspected", "told_apart", "different", "ended"]
SearchState = Literal["waiting", "running", "done", "failed"]
# What two have in common. Of name, birth and place at most one each.
Alike = Literal[
    "same_number",
    "near_number",
    "same_name",
    "homophone",
    "one_character",
    "same_birth",
    "swapped_birth",
    "near_birth",
    "same_sex",
    "same_village",
    "same_township",
]
TOWNSHIP = 9  # figures of a township's code
# The id of a pair: the same two are asked about once, whichever search finds them.
PAIRS = UUID("0b0f3a7e-6a0c-5f3e-8f53-5d0a3a1be0c4")
_BETWEEN_NAMES = str.maketrans("", "", "·•‧・．.。 \u3000")


@dataclass(frozen=True, slots=True)
class DuplicatePolicy:
    """`duplicate_weights` by likeness, `duplicate_least_score` the sum from which on a person is asked;
    `duplicate_group_most`: of more people whom one key holds together nothing can be told.
    """

    duplicate_weights: Mapping[str, int]
    duplicate_least_score: int
    duplicate_group_most: int


class Person(NamedTuple):
    """A member as he is compared. `name` without what stands between its parts, `sounds` how each of its characters may
    be read; `number` has 18 characters, '' where none can be made of what is kept.
    """

    reference: str
    household_id: UUID
    division: str
    registered_on: date
    name: str
    sounds: tuple[frozenset[str], ...]
    sex: Sex
    born_on: date
    number: str


class Pair(NamedTuple):
    """Two who may be one; `later` is of the household that was registered later, of which it would be suspected."""

    id: UUID
    code: Code
    later: Person
    earlier: Person
    alike: tuple[Alike, ...]
    score: int

    @property
    def division(self) -> str:
        """The narrowest place that holds both: a village, a township, else the county, whose business it then is."""
        one, other = self.later.division, self.earlier.division
        return next(one[:figures] for figures in (12, TOWNSHIP, 6, 0) if one[:figures] == other[:figures])

    @property
    def state(self) -> State:
        return asked_in(self.division)


Keys = Callable[[Person], Iterator[Hashable]]


def asked_in(division: str) -> State:
    """Where a pair waits to be sorted out, by the narrowest place that holds both."""
    return "open" if len(division) >= TOWNSHIP else "between"


def name_of(written: str) -> str:
    """A name as it is compared: 买买提·吐逊 and 买买提吐逊 are one."""
    return written.translate(_BETWEEN_NAMES)


def number_of(kept: str) -> str:
    """The ID number of 18 characters that a kept number, an old one or a certificate, begins with or becomes."""
    number = normalise(kept)
    if len(number) == OLD_LENGTH and number.isascii() and number.isdigit():
        return lengthened(number)
    return number[:LENGTH] if len(number) >= LENGTH else ""


def by_birth(person: Person) -> Iterator[Hashable]:
    """What brings those together who were born on one day, or on one with day and month swapped: all syllables of the
    name but one, each left out in turn, so that one may be any other; and the number itself.
    """
    sounds, born = [min(those) for those in person.sounds], person.born_on
    day = (born.year, *sorted((born.month, born.day)))
    for left_out in range(len(sounds)):
        yield day, left_out, (*sounds[:left_out], *sounds[left_out + 1 :])
    if person.number:
        yield person.number


def by_place(person: Person) -> Iterator[Hashable]:
    """What brings those together whose names sound alike in one village, whatever their birth."""
    yield person.division, tuple(min(those) for those in person.sounds)


def find_pairs(people: Sequence[Person], keys: Keys, policy: DuplicatePolicy) -> tuple[list[Pair], set[str]]:
    """Pairs among people whom one of the keys brings together, by id, each once; and who stood in a group too large to
    tell them apart by its key, by reference. The order of the people does not matter.
    """
    groups: defaultdict[Hashable, list[int]] = defaultdict(list)
    for n, person in enumerate(people):
        for key in keys(person):
            groups[key].append(n)
    together, crowded = set[tuple[int, int]](), set[str]()
    for group in groups.values():
        if len(group) > policy.duplicate_group_most:
            crowded.update(people[n].reference for n in group)
        else:
            together.update(combinations(group, 2))
    found = (pair_of(people[one], people[other], policy) for one, other in together)
    return sorted((pair for pair in found if pair), key=lambda pair: pair.id), crowded


def pair_of(one: Person, other: Person, policy: DuplicatePolicy) -> Pair | None:
    """Two who may be one person; None where too little speaks for it.

    Who lives in one household is told apart there: twins share birth, surname and most of a number.
    """
    if one.reference == other.reference:
        return None
    exact = one.number != "" and one.number == other.number
    name = _names(one, other)
    if not exact and (name is None or one.household_id == other.household_id):
        return None
    likenesses = (
        _numbers(one, other),
        name,
        _births(one.born_on, other.born_on),
        _sexes(one, other),
        _places(one, other),
    )
    alike = tuple(likeness for likeness in likenesses if likeness)
    score = sum(policy.duplicate_weights.get(likeness, 0) for likeness in alike)
    if not exact and score < policy.duplicate_least_score:
        return None
    earlier, later = sorted((one, other), key=lambda p: (p.registered_on, p.household_id, p.reference))
    return Pair(pair_id(one.reference, other.reference), "same_person" if exact else "similar_person", later, earlier,
                alike, score)  # fmt: skip


def pair_id(one: str, other: str) -> UUID:
    """By the register's references of the two, in whatever order."""
    return uuid5(PAIRS, ":".join(sorted((one, other))))


def _names(one: Person, other: Person) -> Alike | None:
    """The same, of the same sound, or with one character that neither is nor sounds the same; None: other names."""
    if one.name == other.name:
        return "same_name"
    if len(one.sounds) != len(other.sounds):
        return None
    unlike = sum(not mine & theirs for mine, theirs in zip(one.sounds, other.sounds, strict=True))
    return "homophone" if unlike == 0 else "one_character" if unlike == 1 else None


def _births(one: date, other: date) -> Alike | None:
    if one == other:
        return "same_birth"
    if one.year == other.year and (one.month, one.day) == (other.day, other.month):
        return "swapped_birth"
    return "near_birth" if _others(f"{one:%Y%m%d}", f"{other:%Y%m%d}") == 1 else None


def _numbers(one: Person, other: Person) -> Alike | None:
    """Beside the birth a number holds its area and its order: one figure of them may be mistaken. In one county most
    are of one area, so that of people of other days it says nothing.
    """
    if not (one.number and other.number):
        return None
    if one.number == other.number:
        return "same_number"
    if _births(one.born_on, other.born_on) is None:
        return None
    mine, theirs = (number[:6] + number[14:17] for number in (one.number, other.number))
    return "near_number" if _others(mine, theirs) <= 1 else None


def _sexes(one: Person, other: Person) -> Alike | None:
    return "same_sex" if one.sex == other.sex else None


def _places(one: Person, other: Person) -> Alike | None:
    if one.division == other.division:
        return "same_village"
    return "same_township" if one.division[:TOWNSHIP] == other.division[:TOWNSHIP] else None


def _others(one: Iterable[str], other: Iterable[str]) -> int:
    """In how many places two texts of one length differ."""
    return sum(a != b for a, b in zip(one, other, strict=True))


def review_refusal(reason: str | None, *, same: bool) -> str | None:
    """Why a word about a pair cannot be taken: two are told apart for a reason, one is looked into on the spot."""
    if same:
        return "reason_of_suspicion" if reason else None
    return None if reason else "no_reason"
