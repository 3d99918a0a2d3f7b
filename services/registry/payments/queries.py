"""All SQL about payments."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from services.registry.payments.tables import IncomePayment, Line, Sum, income_payment
from shared.data.sql import Connection, fetch, insert_many, sql

_RECORD = insert_many(
    income_payment,
    IncomePayment._fields,
    "ORDER BY 1 ON CONFLICT (payment_id) DO NOTHING RETURNING household_id, income_year, category, payer",
)
_SUMS = sql(
    """
    SELECT household_id, income_year, category, payer,
           coalesce(sum(amount_fen) FILTER (WHERE revoked_on IS NULL), 0)::bigint AS amount_fen,
           max(paid_on) AS stated_on
    FROM income_payment JOIN unnest(:households, :years, :categories, :payers)
        AS line (household_id, income_year, category, payer) USING (household_id, income_year, category, payer)
    GROUP BY household_id, income_year, category, payer
    """,
    Sum,
)


_REVOKE = sql("""
    UPDATE income_payment p SET revoked_on = u.revoked_on FROM unnest(:ids, :days) AS u (id, revoked_on)
    WHERE p.payment_id = u.id AND p.revoked_on IS NULL RETURNING household_id, income_year, category, payer
    """)


async def revoke_payments(connection: Connection, days: Mapping[UUID, date]) -> list[Line]:
    """`days`: since when a payment is none, by payment; the lines of those that were income until then."""
    rows = await fetch(connection, _REVOKE, ids=list(days), days=list(days.values()))
    return sorted({Line(**r) for r in rows})


async def insert_payments(connection: Connection, payments: Sequence[IncomePayment]) -> list[Line]:
    """Record them once for good; the lines of those that were new."""
    columns = {name: [getattr(row, name) for row in payments] for name in IncomePayment._fields}
    return sorted({Line(**r) for r in await fetch(connection, _RECORD, **columns)})


async def list_sums(connection: Connection, lines: Sequence[Line]) -> list[Sum]:
    """What all payments of each line add up to."""
    return await fetch(
        connection,
        _SUMS,
        households=[x.household_id for x in lines],
        years=[x.income_year for x in lines],
        categories=[x.category for x in lines],
        payers=[x.payer for x in lines],
    )
