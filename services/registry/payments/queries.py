"""All SQL about payments, and the income lines that are their sums."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.payments.tables import income_payment
from shared.data.sql import Connection, Row, execute, fetch, insert_many, sql


class Line(NamedTuple):
    """What one payer paid a household in one income year and category."""

    household_id: UUID
    income_year: int
    category: str
    payer: str


_RECORD = insert_many(
    income_payment, income_payment.c.keys(),
    "ORDER BY 1 ON CONFLICT (payment_id) DO NOTHING RETURNING household_id, income_year, category, payer",
)  # fmt: skip
_LINES = "FROM unnest(:households, :years, :categories, :payers) AS w (h, y, c, p)"
_LINE_TYPES: dict[str, Any] = {
    "households": ARRAY(Uuid), "years": ARRAY(Integer), "categories": ARRAY(Text), "payers": ARRAY(Text),
}  # fmt: skip
# What was known of a line ends, and the sum begins: nothing is overwritten.
_END = sql(
    f"UPDATE income_line l SET known = tstzrange(lower(l.known), clock_timestamp()) {_LINES}"  # noqa: S608 - our names
    " WHERE l.household_id = h AND l.income_year = y AND l.category = c AND l.payer = p AND l.kind = 'payment'"
    " AND upper_inf(l.known)",
    **_LINE_TYPES,
)
_ADD_UP = sql(
    "INSERT INTO income_line (id, household_id, division, income_year, category, kind,"  # noqa: S608 - our names
    " payer, amount_fen, stated_on, stated_by)"
    " SELECT uuidv7(), h, o.division, y, c, 'payment', p, s.amount_fen, s.paid_on, :stated_by"
    f" {_LINES} JOIN household o ON o.id = h CROSS JOIN LATERAL"
    "   (SELECT sum(amount_fen)::bigint AS amount_fen, max(paid_on) AS paid_on FROM income_payment"
    "   WHERE household_id = h AND income_year = y AND category = c AND payer = p) s",
    stated_by=Text,
    **_LINE_TYPES,
)


async def insert_payments(connection: Connection, payments: Sequence[dict[str, Any]]) -> list[Line]:
    """Record them once for good; the lines of those that were new."""
    columns = {name: [row[name] for row in payments] for name in income_payment.c.keys()}  # noqa: SIM118 - columns
    rows: list[Row] = await fetch(connection, _RECORD, **columns)
    return sorted({Line(r["household_id"], r["income_year"], r["category"], r["payer"]) for r in rows})


async def add_up(connection: Connection, lines: Sequence[Line], stated_by: str) -> None:
    """Each line is the sum of its payments from now on."""
    columns: dict[str, list[Any]] = {
        "households": [x.household_id for x in lines], "years": [x.income_year for x in lines],
        "categories": [x.category for x in lines], "payers": [x.payer for x in lines],
    }  # fmt: skip
    # A line's first payment ends nothing.
    await execute(connection, _END, rows=None, **columns)
    await execute(connection, _ADD_UP, rows=len(lines), stated_by=stated_by, **columns)
