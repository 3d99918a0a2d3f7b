"""Every place where the national list and the register say otherwise: looked up in portions, held side by side."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from services.registry.differences import queries
from services.registry.differences.rules import WITHHELD, Cause, DifferencePolicy, owner_of
from services.registry.differences.tables import Difference, NationalList
from services.registry.national.lists import read_area, read_homes
from services.registry.national.queries import find_last_over
from services.registry.national.rules import Home, Unlike, compare, plain
from shared.data.crypto import DataKeys
from shared.data.revisions import AsOf
from shared.data.sql import Connection

# The ids of differences: the same field of the same person is one difference, whatever list it stands in.
DIFFERENCES = UUID("0f0a3c1e-5a0d-5d0b-8f3c-6b1d7e9a4c55")
PORTION = 500
COUNTY = 6


class Comparison(NamedTuple):
    """A list as it was read, by household number, with the fields of each that could not be; and the day it is held
    against the register.
    """

    row: NationalList
    on: date
    theirs: Mapping[str, Home]
    unread: Mapping[str, set[str]]


class Side(NamedTuple):
    """A household of the register, where there is one, and where what it differs in stands."""

    household_id: UUID | None
    home: Home | None
    division: str


async def compare_area(
    connection: Connection, data_keys: DataKeys, figures: DifferencePolicy, of: Comparison
) -> dict[UUID, Difference]:
    """All differences by id, each as it is opened: of what this register changed after its last export the cause is
    known.
    """
    found, left = dict[UUID, Difference](), dict(of.theirs)
    nobody = {"household"} if "" in of.unread else set[str]()  # rows that may be any household's
    last = await find_last_over(connection, of.row.division)
    async for portion in read_area(connection, data_keys, of.row.division, of.on, of.row.income_year):
        unlike = dict[UUID, list[Unlike]]()
        for household_id, home in portion.items():
            unread = of.unread.get(home.household_no, set()) | nobody
            if one := compare(home, left.pop(home.household_no, None), unread):
                unlike[household_id] = one
        changed = set[tuple[str, str, str]]()
        if last and last.until_at and unlike:
            as_of = AsOf(last.asked_on, last.until_at)
            then = await read_homes(connection, data_keys, list(unlike), as_of, of.row.income_year)
            changed = {u[:3] for one in unlike for u in compare(then.get(one), portion[one])}
        for household_id, those in unlike.items():
            home = portion[household_id]
            side = Side(household_id, home, home.values["village"])
            found |= _differences(data_keys, figures, of, side, those, changed)
    for home in left.values():
        side = Side(None, None, home.values["village"] or of.row.division)
        unread = of.unread.get(home.household_no, set())
        found |= _differences(data_keys, figures, of, side, compare(None, home, unread), set())
    return found


def _differences(
    data_keys: DataKeys,
    figures: DifferencePolicy,
    of: Comparison,
    side: Side,
    unlike: Iterable[Unlike],
    changed: set[tuple[str, str, str]],
) -> dict[UUID, Difference]:
    rows = (
        _difference(data_keys, figures, of, side, u, "not_exported" if _is_in(u, changed) else None) for u in unlike
    )
    return {row.id: row for row in rows}


def _is_in(one: Unlike, changed: set[tuple[str, str, str]]) -> bool:
    """Whether this register changed it: the field, or the whole household or person that the list lacks."""
    whole = "household" if not one.identity else "person"
    return bool(changed & {one[:3], (one.household_no, "", "household"), (one.household_no, one.identity, whole)})


def _difference(
    data_keys: DataKeys, figures: DifferencePolicy, of: Comparison, side: Side, one: Unlike, cause: Cause | None
) -> Difference:
    person = side.home.people.get(one.identity) if side.home and one.identity else None
    digests = data_keys.index(one.identity) if one.identity else {}
    # By the oldest key, so that a new key makes no new difference.
    who = person.reference if person and person.reference else digests[min(digests)].hex() if digests else ""
    return Difference(
        id=uuid5(DIFFERENCES, f"{of.row.division[:COUNTY]}:{one.household_no}:{who}:{one.field}"),
        division=side.division,
        household_id=side.household_id,
        household_no=one.household_no,
        person=person.reference if person else None,
        person_mark=digests.get(data_keys.active),
        field=one.field,
        kind=one.kind,
        ours=_shown(one, one.ours),
        theirs=_shown(one, one.theirs),
        ours_mark=mark(data_keys, one.ours)[data_keys.active],
        theirs_mark=mark(data_keys, one.theirs)[data_keys.active],
        owner=owner_of(one.field, figures),
        list_id=of.row.id,
        found_on=of.on,
        listed_on=of.row.listed_on,
        state="there" if cause else "open",
        cause=cause,
        reason=None,
        named_on=None,
        named_by=None,
        settled_on=None,
        settled_by=None,
        procedure_version=1,
        since_on=of.on,
        due_on=None,
    )


def _shown(one: Unlike, value: Any) -> Any:
    """As it may be kept: several words with spaces between, since a list does not travel in one of lists."""
    if one.field in WITHHELD:
        return None
    return " ".join(value) if isinstance(value, list) else value


def mark(data_keys: DataKeys, value: Any) -> dict[str, bytes]:
    """A keyed digest of what is compared, by key: equal values meet, nobody reads them back."""
    return data_keys.index(json.dumps(value, ensure_ascii=False))


async def agreed_by_now(
    connection: Connection, on: date, data_keys: DataKeys, waiting: list[Difference], income_years: Mapping[UUID, int]
) -> list[Difference]:
    """Those of which this register says by now what the list said. `income_years`: by list, the year of its incomes."""
    ids = await queries.list_by_number(connection, [one.household_no for one in waiting])
    homes = dict[tuple[str, int], Home]()
    for year in set(income_years.values()):
        of_year = [one.household_no for one in waiting if income_years[one.list_id] == year]
        asked = [ids[number] for number in of_year if number in ids]
        for home in (await read_homes(connection, data_keys, asked, AsOf(on), year)).values():
            homes[home.household_no, year] = home
    return [
        one
        for one in waiting
        if one.theirs_mark
        in mark(data_keys, _ours(data_keys, one, homes.get((one.household_no, income_years[one.list_id])))).values()
    ]


def _ours(data_keys: DataKeys, one: Difference, home: Home | None) -> Any:
    """What this register says now of what a difference is about."""
    if one.field == "household":
        return home is not None
    if one.person_mark is None:
        return plain(home.values[one.field]) if home else None
    those: Iterator[Any] = (
        person for person in (home.people.values() if home else ()) if _is_meant(data_keys, one, person.identity)
    )
    person = next(those, None)
    return person is not None if one.field == "person" else plain(person.values[one.field]) if person else None


def _is_meant(data_keys: DataKeys, one: Difference, identity: str) -> bool:
    return one.person_mark in data_keys.index(identity).values()
