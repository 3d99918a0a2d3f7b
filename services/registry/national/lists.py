"""Households as the national list has them: looked up in portions, by what was held for true at a moment."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.households.rules import CATEGORIES, COSTS, earned_fen
from services.registry.national import queries
from services.registry.national.rules import OF_PERSON, Home, Person
from services.registry.national.tables import Earned, HomeRow, PersonRow
from shared.acts.bodies import FIRST
from shared.data.crypto import DataKeys
from shared.data.revisions import AsOf
from shared.data.sql import Connection
from shared.values import id_number

PORTION = 500


async def read_homes(
    connection: Connection, data_keys: DataKeys, ids: Sequence[UUID], as_of: AsOf, income_year: int
) -> dict[UUID, Home]:
    """Households with their people as they were held for true; who was struck by then is none."""
    rows = await queries.list_homes(connection, ids, as_of)
    people, earned = defaultdict[UUID, list[PersonRow]](list), defaultdict[UUID, list[Earned]](list)
    for person in await queries.list_people(connection, ids, as_of):
        people[person.household_id].append(person)
    for line in await queries.list_earned(connection, ids, as_of, income_year):
        earned[line.household_id].append(line)
    standing = [row for row in rows if row.status != "removed"]
    return await asyncio.to_thread(
        lambda: {row.id: _home(data_keys, row, people[row.id], earned[row.id]) for row in standing}
    )


def _home(data_keys: DataKeys, row: HomeRow, people: Sequence[PersonRow], earned: Sequence[Earned]) -> Home:
    said = row._asdict() | {"village": row.division, "other_causes": row.other_causes["codes"]}
    for name in ("phone", "account"):
        sealed = said[f"{name}_sealed"]
        said[name] = data_keys.decrypt(sealed, "household_contact", f"{name}_sealed", row.id) if sealed else None
    for category in CATEGORIES:
        lines = [line for line in earned if line.category == category]
        said[category] = sum(x.amount_fen for x in lines) if category in COSTS else earned_fen(lines)
    return Home(row.household_no, said, {p.identity: p for p in (_person(data_keys, one) for one in people)})


def _person(data_keys: DataKeys, row: PersonRow) -> Person:
    number = data_keys.decrypt(row.id_number_sealed, "member", "id_number_sealed", row.member_id)
    said: dict[str, Any] = {name: number if name == "number" else getattr(row, name) for name in OF_PERSON}
    return Person(number[: id_number.LENGTH], row.reference, said)


async def read_area(
    connection: Connection, data_keys: DataKeys, area: str, on: date, income_year: int
) -> AsyncIterator[dict[UUID, Home]]:
    """All households of an area as they stand now, a portion at a time."""
    after = FIRST
    while ids := await queries.list_registered(connection, area, after, PORTION):
        yield await read_homes(connection, data_keys, ids, AsOf(on), income_year)
        after = ids[-1]
