"""Households as the national list has them, where two of them say otherwise, and what is told of a change: pure rules.

Domain notes 9.5: the national system is the register of record; 2.1 "Roster file": one row per person, the household's
columns on each of its rows. Two sides are compared by the same rule, whether they are two registers or two moments.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, NamedTuple, get_args

ExportState = Literal["waiting", "running", "done", "failed"]
HouseholdField = Literal[
    "village",
    "natural_village",
    "status",
    "attribute",
    "main_cause",
    "other_causes",
    "registered_on",
    "exited_year",
    "deep_poverty",
    "house_area_m2_x100",
    "house_grade",
    "safe_water",
    "electricity",
    "wage",
    "business",
    "property",
    "transfer",
    "business_cost",
    "relocated",
    "phone",
    "account",
]
PersonField = Literal[
    "name",
    "sex",
    "number",
    "relation",
    "ethnicity",
    "education",
    "school_status",
    "health",
    "labour",
    "work_place",
    "work_months",
    "medical_insured",
    "pension_insured",
]
# The household, or the person, that stands on one side alone.
Whole = Literal["household", "person"]
Field = Literal[Whole, HouseholdField, PersonField]
OF_HOUSEHOLD: tuple[HouseholdField, ...] = get_args(HouseholdField)
OF_PERSON: tuple[PersonField, ...] = get_args(PersonField)
# `only_there`: the national list alone has it; `only_here`: this register alone.
Kind = Literal["only_there", "only_here", "differs"]
# What became of who stands in a row since the last export; of nobody whose household alone stands here for context.
Change = Literal["registered", "struck", "joined", "left", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Person:
    """One of a household's people: his ID number, the register's reference to him where it has one, and his cells."""

    identity: str
    reference: str | None
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Home:
    """A household with its cells, and its people by their ID numbers. `village` in `values` is the code of the place;
    None where nobody knows it.
    """

    household_no: str
    values: Mapping[str, Any]
    people: Mapping[str, Person] = field(default_factory=dict)


class Unlike(NamedTuple):
    """Where two sides say otherwise of a household, or of one of its people (`identity`); the values as compared."""

    household_no: str
    identity: str
    field: Field
    kind: Kind
    ours: Any
    theirs: Any


def plain(value: Any) -> Any:
    """A cell as it is compared: causes in any order, words however they are spaced, a day by its month, since the list
    often has no more of it.
    """
    if isinstance(value, date):
        return f"{value:%Y-%m}"
    if isinstance(value, str):
        return "".join(value.split())
    return sorted(value) if isinstance(value, list | tuple) else value


def compare(ours: Home | None, theirs: Home | None, unread: Collection[str] = ()) -> list[Unlike]:
    """Where the two say otherwise; one side may be missing. `unread`: fields of which `theirs` says nothing."""
    if ours is None or theirs is None:
        there = theirs or ours
        if there is None or "household" in unread:
            return []
        return [Unlike(there.household_no, "", "household", *_alone(ours is None))]
    number = theirs.household_no
    found = [Unlike(number, "", n, "differs", *pair) for n, pair in _differing(ours, theirs, OF_HOUSEHOLD, unread)]
    for identity in sorted(ours.people.keys() | theirs.people.keys()):
        mine, other = ours.people.get(identity), theirs.people.get(identity)
        if mine and other:
            pairs = _differing(mine, other, OF_PERSON, unread)
            found += [Unlike(number, identity, n, "differs", *pair) for n, pair in pairs]
        elif "person" not in unread:
            found.append(Unlike(number, identity, "person", *_alone(mine is None)))
    return found


def _alone(only_there: bool) -> tuple[Kind, bool, bool]:
    return ("only_there", False, True) if only_there else ("only_here", True, False)


def _differing(
    ours: Home | Person, theirs: Home | Person, fields: Collection[Any], unread: Collection[str]
) -> list[tuple[Any, tuple[Any, Any]]]:
    pairs = [(n, (plain(ours.values[n]), plain(theirs.values[n]))) for n in fields if n not in unread]
    return [(name, pair) for name, pair in pairs if pair[0] != pair[1]]


class Line(NamedTuple):
    """A row of an export: who, what became of him, and which fields changed."""

    home: Home
    person: Person
    change: Change
    fields: tuple[str, ...]


def lines_of(then: Home | None, now: Home | None) -> list[Line]:
    """What is told of a household between two moments, a row for each of its people; nothing where nothing changed. One
    that was struck, and a person who left, are told as they stood.
    """
    if now is None or then is None:
        home = now or then
        change: Change = "struck" if now is None else "registered"
        return [Line(home, person, change, ()) for person in home.people.values()] if home else []
    found = compare(then, now)
    if not found:
        return []
    of_home = tuple(u.field for u in found if not u.identity)
    lines = []
    for identity, person in now.people.items():
        own = tuple(u.field for u in found if u.identity == identity and u.field != "person")
        joined = identity not in then.people
        fields = () if joined else (*of_home, *own)
        lines.append(Line(now, person, "joined" if joined else "changed" if fields else "unchanged", fields))
    return lines + [Line(now, p, "left", ()) for i, p in then.people.items() if i not in now.people]


class Window(NamedTuple):
    """What became known behind `since_at`, up to `until_at`; None: from the beginning, until now."""

    since_at: datetime | None
    until_at: datetime | None
