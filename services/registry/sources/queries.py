"""All SQL about what was said of households."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from services.registry.households.rules import COSTS, Category, Kind, Weight, is_stated, net_income_fen
from services.registry.sources.rules import Word
from shared.data.sql import Connection, fetch, sql


class HouseWord(NamedTuple):
    """The last that each said of a household's house."""

    household_id: UUID
    weight: Weight
    house_grade: str
    said_on: date


class SaidLine(NamedTuple):
    """A line of an income year: held for true now, or of the last statement that somebody made."""

    household_id: UUID
    stated_by: str
    weight: Weight
    category: Category
    kind: Kind
    payer: str
    amount_fen: int
    stated_on: date
    held: bool


# What came over from the national register stands in its first version alone.
_HOUSE_WORDS = sql(
    """
    SELECT DISTINCT ON (household_id, stated_by) household_id, weight, house_grade, since AS said_on FROM (
        SELECT w.household_id, w.stated_by, w.weight, w.since, w.id, w.said ->> 'house_grade' AS house_grade
        FROM household_word w WHERE w.household_id = ANY(:ids) AND w.since <= :on AND w.said ? 'house_grade'
        UNION ALL
        SELECT f.household_id, f.stated_by, f.weight, lower(f.valid) AS since, f.id, f.house_grade
        FROM household_fact f WHERE f.household_id = ANY(:ids) AND f.own = '{}' AND lower(f.valid) <= :on
            AND f.house_grade IS NOT NULL) AS said
    ORDER BY household_id, stated_by, since DESC, id DESC
    """,
    HouseWord,
)
# Whoever stated a year again takes his word of before back. What is overtaken was said all the same; what was said
# until somebody looked and found it otherwise counts no more.
_INCOME_LINES = sql(
    """
    SELECT household_id, stated_by, weight, category, kind, payer, amount_fen, stated_on, held FROM (
        SELECT l.*, upper_inf(l.known) AS held, rank() OVER (PARTITION BY l.household_id, l.kind, l.stated_by
            ORDER BY l.stated_on DESC, l.statement_id DESC NULLS LAST, lower(l.known) DESC NULLS LAST) AS age
        FROM income_line l WHERE l.household_id = ANY(:ids) AND l.income_year = :income_year) AS said
    WHERE held OR kind = 'statement' AND age = 1 AND NOT EXISTS (SELECT FROM visit_finding v
        WHERE v.household_id = said.household_id AND v.income_year = said.income_year AND said.stated_on <= v.found_on)
    ORDER BY household_id, stated_by
    """,
    SaidLine,
)


class Earned(NamedTuple):
    """What is held for true of a year's net income in fen, None where nobody stated it; and what each said last of it,
    what was paid, and what of it is attested: category by category, with what was paid and less the costs.
    """

    net_income_fen: int | None
    words: tuple[Word[int], ...]


UNKNOWN = Earned(None, ())


async def list_house_words(connection: Connection, ids: Sequence[UUID], on: date) -> dict[UUID, tuple[Word[str], ...]]:
    """By household, what each said last of its house's grade until that day."""
    found: dict[UUID, tuple[Word[str], ...]] = dict.fromkeys(ids, ())
    for x in await fetch(connection, _HOUSE_WORDS, ids=list(ids), on=on):
        found[x.household_id] += (Word(x.weight, x.house_grade, x.said_on),)
    return found


async def list_earned(connection: Connection, ids: Sequence[UUID], income_year: int) -> dict[UUID, Earned]:
    """By household, what it earned in a year."""
    found = dict.fromkeys(ids, UNKNOWN)
    rows = await fetch(connection, _INCOME_LINES, ids=list(ids), income_year=income_year)
    for household_id, group in groupby(rows, lambda x: x.household_id):
        found[household_id] = _earned(list(group))
    return found


def _earned(lines: Sequence[SaidLine]) -> Earned:
    held = [x for x in lines if x.held]
    paid = [x for x in held if x.kind == "payment"]
    words: list[Word[int]] = [Word("payment", net_income_fen(paid), max(x.stated_on for x in paid))] if paid else []
    attested = [x for x in held if x.kind == "attestation"]
    if attested:
        costs = [x for x in held if x.kind == "statement" and x.category in COSTS]
        own = net_income_fen([*attested, *paid, *costs])
        words.append(Word("attestation", own, max(x.stated_on for x in attested)))
    for _, group in groupby((x for x in lines if x.kind == "statement"), lambda x: x.stated_by):
        said = list(group)
        words.append(Word(said[0].weight, net_income_fen([*said, *paid, *attested]), said[0].stated_on))
    return Earned(net_income_fen(held) if is_stated(held) else None, tuple(words))
