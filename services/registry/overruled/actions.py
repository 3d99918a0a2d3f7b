"""Keeping what a department's word overruled."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from services.registry.overruled import queries
from services.registry.overruled.rules import Words, is_answered, news_of_file, overruled_by, value_on
from shared.data.sql import Connection
from shared.ground.context import Act

Row = Mapping[str, Any]
# By when a department should answer what was seen otherwise than it attested [choice].
ANSWERED_WITHIN = timedelta(7)


def overruled(
    act: Act, report: Mapping[str, Any], field: str, unit: str, holds: Any, *, division: str, answered: bool = False
) -> dict[str, Any]:
    """A lighter word as it is kept beside what holds instead; `answered`: a later attestation stands already."""
    return {
        "household_id": report["household_id"],
        "member_id": report.get("member_id"),
        "division": division,
        "unit": unit,
        "field": field,
        "value": report[field],
        "differs": report[field] != holds,
        "seen_on": report["since"],
        "stated_by": report["stated_by"],
        "stated_as": report.get("stated_as", act.caller.role),
        "weight": report["weight"],
        "told_on": act.business_date,
        "due_on": act.business_date + ANSWERED_WITHIN,
        "answered_on": act.business_date if answered else None,
        "attestation_id": None,
        "taken_back_on": None,
    }


def overruled_words(
    act: Act, report: Row, fields: Iterable[str], words: Sequence[Words], *, division: str
) -> list[dict[str, Any]]:
    """Of the fields that a report says, those that a department attested of its day, as `overruled` keeps them."""
    on, weight = report["since"], report["weight"]
    return [
        overruled(
            act, report, field, unit, value_on(words, field, on), division=division,
            answered=is_answered(words, field, on),
        )
        for field in fields
        if report.get(field) is not None and (unit := overruled_by(words, field, on, weight))
    ]  # fmt: skip


async def keep_words_of_file(connection: Connection, act: Act, said: Sequence[Row]) -> None:
    """What a file says of attested facts: last month's word again opens nothing, and one that it has no more is marked
    as taken back.
    """
    if not said:
        return
    last = await queries.list_last_of_files(connection, sorted({row["household_id"] for row in said}))
    fresh, taken_back = news_of_file(said, last)
    await queries.take_back(connection, taken_back, act.business_date)
    await queries.keep_words(connection, fresh)
