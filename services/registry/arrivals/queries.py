"""All SQL about arrivals."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registry.arrivals.tables import ArrivalCase, ArrivalPerson, AttestedOfPerson, arrival, arrival_person
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, execute, execute_many, fetch, insert_many, list_by, sql

_INSERT = insert_many(arrival, ArrivalCase._fields, FREE)
_BY_ID = list_by(arrival)
_PAGE = page(arrival, "state", "household_id")
_INSERT_PERSONS = insert_many(arrival_person, ArrivalPerson._fields)
_PERSONS = sql(f"SELECT {arrival_person.columns} FROM arrival_person WHERE arrival_id = ANY(:ids)", ArrivalPerson)
_ATTESTED = sql(f"SELECT {', '.join(AttestedOfPerson._fields)} FROM persons_attested(:member_ids)", AttestedOfPerson)
_FORGET = sql("DELETE FROM arrival_person WHERE arrival_id = ANY(:ids)")


async def insert_arrivals(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT, rows)


async def insert_persons(connection: Connection, persons: Sequence[ArrivalPerson]) -> None:
    await execute_many(connection, _INSERT_PERSONS, [p._asdict() for p in persons])


async def list_persons(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, ArrivalPerson]:
    """By arrival, who it is, sealed; of those that wait."""
    return {p.arrival_id: p for p in await fetch(connection, _PERSONS, ids=list(ids))}


async def list_attested(connection: Connection, member_ids: Sequence[UUID]) -> dict[UUID, list[AttestedOfPerson]]:
    """By the member that somebody was before, what departments attested of him; of arrivals just confirmed."""
    found: dict[UUID, list[AttestedOfPerson]] = {}
    for row in await fetch(connection, _ATTESTED, member_ids=list(member_ids)):
        found.setdefault(row.member_id, []).append(row)
    return found


async def forget_persons(connection: Connection, ids: Sequence[UUID]) -> None:
    """Of arrivals that are decided."""
    await execute(connection, _FORGET, rows=len(ids), ids=list(ids))


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, ArrivalCase]:
    return await by_id(connection, _BY_ID, ids)


async def list_arrivals(connection: Connection, at: Place, **filters: Any) -> list[ArrivalCase]:
    """By rising id, filtered by state or household."""
    return await fetch_page(connection, _PAGE, at, **filters)
