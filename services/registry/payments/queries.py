"""All SQL about payments."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.payments.tables import income_payment
from shared.data.sql import Connection, Row, fetch, insert_many, sql


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
_SUMS = sql(
    "SELECT household_id, income_year, category, payer, sum(amount_fen)::bigint AS amount_fen,"
    " max(paid_on) AS stated_on FROM income_payment JOIN unnest(:households, :years, :categories, :payers)"
    " AS line (household_id, income_year, category, payer) USING (household_id, income_year, category, payer)"
    " GROUP BY household_id, income_year, category, payer",
    households=ARRAY(Uuid), years=ARRAY(Integer), categories=ARRAY(Text), payers=ARRAY(Text),
)  # fmt: skip


async def insert_payments(connection: Connection, payments: Sequence[dict[str, Any]]) -> list[Line]:
    """Record them once for good; the lines of those that were new."""
    columns = {name: [row[name] for row in payments] for name in income_payment.c.keys()}  # noqa: SIM118 - columns
    rows: list[Row] = await fetch(connection, _RECORD, **columns)
    return sorted({Line(r["household_id"], r["income_year"], r["category"], r["payer"]) for r in rows})


async def list_sums(connection: Connection, lines: Sequence[Line]) -> list[Row]:
    """What all payments of each line add up to: amount_fen, and as stated_on the day of the last one."""
    return await fetch(
        connection, _SUMS, households=[x.household_id for x in lines], years=[x.income_year for x in lines],
        categories=[x.category for x in lines], payers=[x.payer for x in lines],
    )  # fmt: skip
