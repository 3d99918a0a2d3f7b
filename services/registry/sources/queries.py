"""All SQL about what was said of households."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby, repeat
from typing import NamedTuple
from uuid import UUID

from services.registry.households.rules import COSTS, Category, IncomeLine, Kind, Weight, is_stated, net_income_fen
from services.registry.sources.rules import Word
from shared.data.sql import Connection, fetch, sql


class HouseWord(NamedTuple):
    """The last that each said of a household's house."""

    household_id: UUID
    weight: Weight
    house_grade: str
    said_on: date


class SaidLines(NamedTuple):
    """What one person said, or paid, of an income year: held for true now, or of the last statement that he made."""

    household_id: UUID
    stated_by: str
    weight: Weight
    kind: Kind
    stated_on: date
    held: bool
    categories: list[Category]
    payers: list[str]
    amounts_fen: list[int]

    def read(self) -> list[IncomeLine]:
        return [*map(IncomeLine, self.categories, repeat(self.kind), self.payers, self.amounts_fen)]


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
    SELECT household_id, stated_by, weight, kind, stated_on, held, array_agg(category) AS categories,
           array_agg(payer) AS payers, array_agg(amount_fen) AS amounts_fen FROM (
        SELECT l.*, upper_inf(l.known) AS held, rank() OVER (PARTITION BY l.household_id, l.kind, l.stated_by
            ORDER BY l.stated_on DESC, l.statement_id DESC NULLS LAST, lower(l.known) DESC NULLS LAST) AS age
        FROM income_line l WHERE l.household_id = ANY(:ids) AND l.income_year = :income_year) AS said
    WHERE held OR kind = 'statement' AND age = 1 AND NOT EXISTS (SELECT FROM visit_finding v
        WHERE v.household_id = said.household_id AND v.income_year = said.income_year AND said.stated_on <= v.found_on)
    GROUP BY household_id, stated_by, weight, kind, stated_on, held ORDER BY household_id, stated_by
    """,
    SaidLines,
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


def _earned(said: Sequence[SaidLines]) -> Earned:
    """Each statement's lines are read of one row or of two, where a part of it was overtaken."""
    read = [(x, x.read()) for x in said]
    held = [line for x, lines in read if x.held for line in lines]
    net_fen = net_income_fen(held) if is_stated(held) else None
    of = {kind: [line for line in held if line.kind == kind] for kind in ("payment", "attestation")}
    told_on = {x.kind: max(y.stated_on for y in said if y.held and y.kind == x.kind) for x in said if x.held}
    paid, attested, words = of["payment"], of["attestation"], list[Word[int]]()
    if paid:
        words.append(Word("payment", net_income_fen(paid), told_on["payment"]))
    if attested:
        costs = [line for line in held if line.kind == "statement" and line.category in COSTS]
        words.append(Word("attestation", net_income_fen([*attested, *paid, *costs]), told_on["attestation"]))
    for _, group in groupby((r for r in read if r[0].kind == "statement"), lambda r: r[0].stated_by):
        rows = list(group)
        last, whole = rows[0][0], [line for _, lines in rows for line in lines]
        heard = [*whole, *paid, *attested]
        # Most often his word is all that stands.
        fen = net_fen if net_fen is not None and heard == held else net_income_fen(heard)
        words.append(Word(last.weight, fen, last.stated_on))
    return Earned(net_fen, tuple(words))
