"""All SQL about divisions."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.divisions.rules import Place, Start
from shared.data import pages
from shared.data.relations import table
from shared.data.sql import Connection, execute_many, fetch, sql

WRITERS_LOCK = 7_406_533
_COLUMNS = {name: ARRAY(kind) for name, kind in table("division", Place).types.items()}
_PLACES = """
    SELECT code, lower(valid) AS valid_from, upper(valid) AS valid_to, name_zh, name_en, level, poor_village,
           rural_people
    FROM division
"""
_SOURCE = f"FROM unnest({', '.join(f':{name}' for name in _COLUMNS)}) AS u ({', '.join(_COLUMNS)})"

# Two writers would each see the open period of a code and both end it: one after the other instead.
_LOCK = sql("SELECT pg_advisory_xact_lock(:lock)")
_PRESENT = sql(f"{_PLACES} WHERE code = ANY(:codes)", Place)
_PAGE = pages.page_of(
    Place,
    _PLACES,
    "level",
    key="code",
    where="valid @> CAST(:on AS date)",
    after=Text,
    parent="code > :parent AND code <= :parent || '~'",
)
_UPDATE = sql(
    f"""
    UPDATE division d SET valid = daterange(u.valid_from, u.valid_to), name_zh = u.name_zh, name_en = u.name_en,
        level = u.level, poor_village = u.poor_village, rural_people = u.rural_people
    {_SOURCE} WHERE d.code = u.code AND lower(d.valid) = u.valid_from
    """,
    **_COLUMNS,
)
_INSERT = sql(
    f"""
    INSERT INTO division (code, valid, name_zh, name_en, level, poor_village, rural_people)
    SELECT code, daterange(valid_from, valid_to), name_zh, name_en, level, poor_village, rural_people {_SOURCE}
    """,
    **_COLUMNS,
)


async def lock_places(connection: Connection, codes: Sequence[str]) -> dict[Start, Place]:
    """All periods of these codes; no other batch changes divisions until the end of the transaction."""
    await fetch(connection, _LOCK, lock=WRITERS_LOCK)
    return {place.start: place for place in await fetch(connection, _PRESENT, codes=list(codes))}


async def update_places(connection: Connection, places: Sequence[Place]) -> None:
    """Periods are found by code and first day."""
    await execute_many(connection, _UPDATE, [p._asdict() for p in places])


async def insert_places(connection: Connection, places: Sequence[Place]) -> None:
    await execute_many(connection, _INSERT, [p._asdict() for p in places])


async def list_places(connection: Connection, on: date, at: pages.Place, **filters: Any) -> list[Place]:
    """Divisions that exist on a day, by code, filtered by level or `parent`: everything below that code."""
    return await pages.fetch_page(connection, _PAGE, at, on=on, **filters)
