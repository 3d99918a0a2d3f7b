"""All SQL about words that an attestation overruled."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.overruled.rules import About, SaidByFile
from services.registry.overruled.tables import OverruledSeen, OverruledWord, OwnWords, overruled_word
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import Connection, Statement, execute, fetch, insert_many, sql
from shared.values.ids import uuid7

# In one order, so that two who tell the same wait for one another; the same word told again is one.
_KEEP = insert_many(overruled_word, OverruledWord._fields, "ORDER BY 2, 3, 6, 9, 10 ON CONFLICT DO NOTHING")
_ANSWER = sql(
    """
    UPDATE overruled_word w SET answered_on = :on, attestation_id = u.id
    FROM unnest(:ids, :household_ids, :member_ids, :fields) AS u (id, household_id, member_id, field)
    WHERE w.household_id = u.household_id AND w.member_id IS NOT DISTINCT FROM u.member_id AND w.field = u.field
        AND w.differs AND w.answered_on IS NULL
    """,
    fields=ARRAY(Text),
)

_LAST_OF_FILES = sql(
    """
    SELECT DISTINCT ON (household_id, member_id, field) id, household_id, member_id, field, value,
           taken_back_on IS NOT NULL AS taken_back
    FROM overruled_word WHERE household_id = ANY(:ids) AND weight = 'match' AND differs
    ORDER BY household_id, member_id, field, seen_on DESC, id DESC
    """,
    SaidByFile,
)
_TAKE_BACK = sql("UPDATE overruled_word SET taken_back_on = :on WHERE id = ANY(:ids)")


def _words_of(table: str, key: str, stated_by: str) -> Statement[OwnWords]:
    """What was said, as far as it stands, in the order of its days."""
    return sql(
        f"""
        SELECT f.{key} AS id, lower(f.valid) AS since, upper(f.valid) AS until, f.own, f.attested, f.weight,
               {stated_by} AS stated_by, f.stated_as, (SELECT coalesce(jsonb_object_agg(x.key, x.value), '{{}}')
                   FROM jsonb_each(to_jsonb(f)) AS x WHERE x.key = ANY(:fields)) AS facts
        FROM {table} f WHERE f.{key} = ANY(:ids) AND upper_inf(f.known) ORDER BY f.{key}, lower(f.valid)
        """,
        OwnWords,
        fields=ARRAY(Text),
    )


_WORDS = _words_of("household_fact", "household_id", "f.stated_by")
_WORDS_OF_PEOPLE = _words_of("member_fact", "member_id", "NULL::text")
_PAGE = page_of(
    OverruledSeen,
    """
    SELECT w.id, w.household_id, h.household_no, m.reference AS person, w.division, w.unit, w.field, w.value, w.differs,
           w.seen_on, w.stated_as AS said_as, w.weight, w.told_on, w.due_on, w.answered_on, w.attestation_id,
           w.taken_back_on
    FROM overruled_word w JOIN household h ON h.id = w.household_id LEFT JOIN member m ON m.id = w.member_id
    """,
    "w.household_id",
    "w.unit",
    key="w.id",
)


async def list_words(
    connection: Connection, household_ids: Sequence[UUID], fields: Iterable[str]
) -> dict[UUID, list[OwnWords]]:
    """What was said of the households, and on which day, as far as it stands; in the order of the days. Their facts are
    those of `fields`: nobody reads more than he asks about.
    """
    ids = list(household_ids)
    return _by_id(ids, await fetch(connection, _WORDS, ids=ids, fields=list(fields)))


async def list_words_of_people(
    connection: Connection, member_ids: Sequence[UUID], fields: Iterable[str]
) -> dict[UUID, list[OwnWords]]:
    """As `list_words`, by member."""
    ids = list(member_ids)
    return _by_id(ids, await fetch(connection, _WORDS_OF_PEOPLE, ids=ids, fields=list(fields)))


def _by_id(ids: Sequence[UUID], rows: Sequence[OwnWords]) -> dict[UUID, list[OwnWords]]:
    found: dict[UUID, list[OwnWords]] = {i: [] for i in ids}
    for words in rows:
        found[words.id].append(words)
    return found


async def keep_words(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """`rows`: what an `OverruledWord` has but its id; what is told again is kept once."""
    if rows:
        named = [{**row, "id": uuid7()} for row in rows]
        await fetch(connection, _KEEP, **{name: [row[name] for row in named] for name in _KEEP.names})


async def list_last_of_files(connection: Connection, household_ids: Sequence[UUID]) -> dict[About, SaidByFile]:
    """What files said last otherwise than attested, by household, member and field."""
    rows = await fetch(connection, _LAST_OF_FILES, ids=list(household_ids))
    return {(row.household_id, row.member_id, row.field): row for row in rows}


async def take_back(connection: Connection, ids: Sequence[UUID], on: date) -> None:
    """What a file says no longer: it waits for nobody's answer."""
    await execute(connection, _TAKE_BACK, rows=len(ids), ids=list(ids), on=on)


async def answer_words(connection: Connection, said: Sequence[Mapping[str, Any]], on: date) -> None:
    """`said`: id of an attestation, household_id, member_id and field; what waited for the department's word has it."""
    columns = {"ids": "id", "household_ids": "household_id", "member_ids": "member_id", "fields": "field"}
    lists = {name: [row[column] for row in said] for name, column in columns.items()}
    await execute(connection, _ANSWER, rows=None, on=on, **lists)  # mostly nothing waits


async def list_overruled(connection: Connection, at: Place, **filters: Any) -> list[OverruledSeen]:
    """By rising id, filtered by household or unit."""
    return await fetch_page(connection, _PAGE, at, **filters)
