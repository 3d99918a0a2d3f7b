"""All SQL about divisions."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Boolean, Date, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.divisions.rules import Place, Start
from shared.data.sql import Connection, Row, execute, fetch, sql

WRITERS_LOCK = 7_406_533
_PLACES = (
    "SELECT code, lower(valid) AS valid_from, upper(valid) AS valid_to, name_zh, name_en, level, poor_village,"
    " rural_people FROM division"
)
_TYPES: dict[str, Any] = {
    "codes": ARRAY(Text), "valid_from": ARRAY(Date), "valid_to": ARRAY(Date), "names_zh": ARRAY(Text),
    "names_en": ARRAY(Text), "levels": ARRAY(Text), "poor_village": ARRAY(Boolean), "rural_people": ARRAY(Integer),
}  # fmt: skip
_SOURCE = (
    "FROM unnest(:codes, :valid_from, :valid_to, :names_zh, :names_en, :levels, :poor_village, :rural_people)"
    " AS s (c, f, t, zh, en, l, p, r)"
)

# Two writers would each see the open period of a code and both end it: one after the other instead.
_LOCK = sql("SELECT pg_advisory_xact_lock(:lock)")
_PRESENT = sql(f"{_PLACES} WHERE code = ANY(:codes)")
_LIST = sql(f"""
    {_PLACES} WHERE valid @> CAST(:on AS date)
    AND (:level IS NULL OR level = :level)
    AND (:parent IS NULL OR code > :parent AND code <= :parent || '~') ORDER BY code
""")
_UPDATE = sql(
    f"""
    UPDATE division d SET valid = daterange(f, t), name_zh = zh, name_en = en, level = l, poor_village = p,
    rural_people = r {_SOURCE} WHERE d.code = c AND lower(d.valid) = f
""",
    **_TYPES,
)
_INSERT = sql(
    f"""
    INSERT INTO division (code, valid, name_zh, name_en, level, poor_village, rural_people)
    SELECT c, daterange(f, t), zh, en, l, p, r {_SOURCE}
""",
    **_TYPES,
)


async def lock_places(connection: Connection, codes: Sequence[str]) -> dict[Start, Place]:
    """All periods of these codes; no other batch changes divisions until the end of the transaction."""
    await fetch(connection, _LOCK, lock=WRITERS_LOCK)
    places = [Place(**row) for row in await fetch(connection, _PRESENT, codes=list(codes))]
    return {place.start: place for place in places}


def _columns(places: Sequence[Place]) -> dict[str, list[Any]]:
    return {
        "codes": [p.code for p in places], "valid_from": [p.valid_from for p in places],
        "valid_to": [p.valid_to for p in places], "names_zh": [p.name_zh for p in places],
        "names_en": [p.name_en for p in places], "levels": [p.level for p in places],
        "poor_village": [p.poor_village for p in places], "rural_people": [p.rural_people for p in places],
    }  # fmt: skip


async def update_places(connection: Connection, places: Sequence[Place]) -> None:
    """Periods are found by code and first day."""
    if places:
        await execute(connection, _UPDATE, rows=len(places), **_columns(places))


async def insert_places(connection: Connection, places: Sequence[Place]) -> None:
    if places:
        await execute(connection, _INSERT, rows=len(places), **_columns(places))


async def list_places(connection: Connection, on: date, level: str | None, parent: str | None) -> list[Row]:
    """Divisions that exist on a day, by code; `parent`: everything below that code."""
    return await fetch(connection, _LIST, on=on, level=level, parent=parent)
