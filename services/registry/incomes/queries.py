"""All SQL about incomes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.registry.households.rules import IncomeLine, Kind
from services.registry.incomes.tables import StatedOn, YearLine, income_line
from shared.data.revisions import plain, revise, revision
from shared.data.sql import Connection, execute, execute_many, fetch, sql

Rows = Sequence[dict[str, Any]]

STATED = {"kind": "statement"}
PAID = {"kind": "payment", "weight": "payment"}
ATTESTED = {"kind": "attestation", "weight": "attestation"}
_INCOME_LINES = sql(
    """
    SELECT household_id, income_year, category, kind, payer, amount_fen FROM income_line
    WHERE household_id = ANY(:ids) AND upper_inf(known)
    """,
    YearLine,
)
# What somebody saw on a day does away with what was stated before it, whenever that arrives.
_STATED_ON = sql(
    """
    SELECT household_id, income_year, max(stated_on) AS stated_on FROM (
        SELECT household_id, income_year, stated_on FROM income_line
        WHERE household_id = ANY(:ids) AND kind = 'statement' AND upper_inf(known)
        UNION ALL SELECT household_id, income_year, found_on FROM visit_finding
        WHERE household_id = ANY(:ids) AND income_year IS NOT NULL) AS said
    GROUP BY household_id, income_year
    """,
    StatedOn,
)
# Said, but held for true at no time.
_KEEP_OVERTAKEN = sql(
    """
    INSERT INTO income_line SELECT n.* FROM unnest(:lines) AS l, LATERAL jsonb_populate_record(NULL::income_line,
    l || jsonb_build_object('id', uuidv7(), 'known', 'empty')) AS n
    """,
    lines=ARRAY(JSONB),
)
_SET_STATEMENTS = revision(income_line, "household_id", "income_year", "kind")
_END_LINES = revision(income_line, "household_id", "income_year", "kind", anew=False)
# Of one payer's payments of a category, or of one department's word on a source.
_SET_OF_PAYER = revision(income_line, "household_id", "income_year", "kind", "category", "payer")
_EARNED = ("household_id", "division", "category", "amount_fen")
_INSERT_STATEMENTS = sql(
    f"""
    INSERT INTO income_line (id, income_year, kind, stated_on, stated_by, weight, {", ".join(_EARNED)})
    SELECT uuidv7(), :income_year, 'statement', :stated_on, :stated_by, 'takeover', u.*
    FROM unnest({", ".join(f":{n}" for n in _EARNED)}) AS u
    """,
    **{n: ARRAY(income_line.types[n]) for n in _EARNED},
)


async def list_incomes(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, dict[int, list[IncomeLine]]]:
    """Income lines by household and income year."""
    found: dict[UUID, dict[int, list[IncomeLine]]] = {i: {} for i in ids}
    for x in await fetch(connection, _INCOME_LINES, ids=list(ids)):
        line = IncomeLine(x.category, x.kind, x.payer, x.amount_fen)
        found[x.household_id].setdefault(x.income_year, []).append(line)
    return found


async def list_stated_on(connection: Connection, ids: Sequence[UUID]) -> dict[tuple[UUID, int], date]:
    """By household and income year, the day of the statement that stands, or on which it was found not to hold."""
    rows = await fetch(connection, _STATED_ON, ids=list(ids))
    return {(x.household_id, x.income_year): x.stated_on for x in rows}


async def set_statements(connection: Connection, lines: Rows, stated_by: str) -> None:
    """What was stated of these households and years before stands no longer."""
    await revise(connection, _SET_STATEMENTS, [line | STATED | {"stated_by": stated_by} for line in lines])


async def end_statements(connection: Connection, years: Iterable[tuple[UUID, int]]) -> None:
    """What was stated of these households and income years stands no longer, and nothing in its place."""
    await _end(connection, years, "statement")


async def end_attested(connection: Connection, years: Iterable[tuple[UUID, int]]) -> None:
    """As `end_statements`, of what departments attested."""
    await _end(connection, years, "attestation")


async def _end(connection: Connection, years: Iterable[tuple[UUID, int]], kind: Kind) -> None:
    reports = [{"household_id": i, "income_year": year, "kind": kind} for i, year in years]
    await revise(connection, _END_LINES, reports)


async def set_payments(connection: Connection, lines: Rows, stated_by: str) -> None:
    """As `set_statements`, of one payer's payments of one category."""
    await revise(connection, _SET_OF_PAYER, [line | PAID | {"stated_by": stated_by} for line in lines])


async def set_attested(connection: Connection, lines: Rows, stated_by: str) -> None:
    """As `set_payments`, of what a department attests of one source."""
    await revise(connection, _SET_OF_PAYER, [line | ATTESTED | {"stated_by": stated_by} for line in lines])


async def keep_overtaken(connection: Connection, lines: Rows, stated_by: str) -> None:
    """Statements of before the one that stands: kept as they were said, and held for true at no time."""
    kept = plain(line | STATED | {"stated_by": stated_by} for line in lines)
    await execute(connection, _KEEP_OVERTAKEN, rows=len(kept), lines=kept)


async def insert_statements(connection: Connection, lines: Rows, income_year: int, on: date, stated_by: str) -> None:
    """The first that these households earned, by the national register. `lines`: household_id, division, category,
    amount_fen.
    """
    common = {"income_year": income_year, "stated_on": on, "stated_by": stated_by}
    await execute_many(connection, _INSERT_STATEMENTS, lines, **common)
