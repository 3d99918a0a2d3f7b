"""All SQL about what was said of households."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from uuid import UUID

from services.registry.households.rules import IncomeLine, net_income_fen
from services.registry.sources.rules import Word
from services.registry.sources.tables import HouseWord, SaidLine
from shared.data.sql import Connection, fetch, sql

# What came over from the national register stands in its first version alone.
_HOUSE_WORDS = sql(
    """
    SELECT DISTINCT ON (household_id, stated_by) household_id, weight, house_grade FROM (
        SELECT w.household_id, w.stated_by, w.weight, w.since, w.id, w.said ->> 'house_grade' AS house_grade
        FROM household_word w WHERE w.household_id = ANY(:ids) AND w.since <= :on AND w.said ? 'house_grade'
        UNION ALL
        SELECT f.household_id, f.stated_by, f.weight, lower(f.valid), f.id, f.house_grade
        FROM household_fact f WHERE f.household_id = ANY(:ids) AND f.own = '{}' AND lower(f.valid) <= :on
            AND f.house_grade IS NOT NULL) AS said
    ORDER BY household_id, stated_by, since DESC, id DESC
    """,
    HouseWord,
)
# Whoever stated a year again takes his word of before back. What is overtaken was said all the same.
_INCOME_WORDS = sql(
    """
    SELECT household_id, stated_by, weight, category, kind, payer, amount_fen FROM (
        SELECT l.*, rank() OVER (PARTITION BY l.household_id, l.stated_by ORDER BY l.stated_on DESC,
            l.statement_id DESC NULLS LAST, lower(l.known) DESC NULLS LAST) AS age
        FROM income_line l
        WHERE l.household_id = ANY(:ids) AND l.income_year = :income_year AND l.kind = 'statement') AS said
    WHERE age = 1
    UNION ALL
    SELECT household_id, '', weight, category, kind, payer, amount_fen FROM income_line
    WHERE household_id = ANY(:ids) AND income_year = :income_year AND kind = 'payment' AND upper_inf(known)
    ORDER BY household_id, stated_by
    """,
    SaidLine,
)


async def list_house_words(connection: Connection, ids: Sequence[UUID], on: date) -> dict[UUID, tuple[Word[str], ...]]:
    """By household, what each said last of its house's grade until that day."""
    found: dict[UUID, tuple[Word[str], ...]] = dict.fromkeys(ids, ())
    for x in await fetch(connection, _HOUSE_WORDS, ids=list(ids), on=on):
        found[x.household_id] += (Word(x.weight, x.house_grade),)
    return found


async def list_income_words(
    connection: Connection, ids: Sequence[UUID], income_year: int
) -> dict[UUID, tuple[Word[int], ...]]:
    """By household, the net income in fen that follows from what each stated last of a year, and from what was paid."""
    found: dict[UUID, tuple[Word[int], ...]] = dict.fromkeys(ids, ())
    rows = await fetch(connection, _INCOME_WORDS, ids=list(ids), income_year=income_year)
    for household_id, group in groupby(rows, lambda x: x.household_id):
        found[household_id] = tuple(_words(list(group)))
    return found


def _words(lines: Sequence[SaidLine]) -> Sequence[Word[int]]:
    paid = [_line(x) for x in lines if x.kind == "payment"]
    words: list[Word[int]] = [Word("payment", net_income_fen(paid))] if paid else []
    stated = [x for x in lines if x.kind == "statement"]
    for _, group in groupby(stated, lambda x: x.stated_by):
        said = list(group)
        words.append(Word(said[0].weight, net_income_fen([*map(_line, said), *paid])))
    return words


def _line(said: SaidLine) -> IncomeLine:
    return IncomeLine(said.category, said.kind, said.payer, said.amount_fen)
