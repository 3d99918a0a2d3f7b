"""All SQL about the clock: one row, absent until the date is first set."""

from datetime import date

from gateway.clock.tables import ClockRow, clock
from shared.data.sql import Connection, execute, fetch_one, sql

_FIND = sql(f"SELECT {clock.columns} FROM clock", ClockRow)
# Never backwards, whatever two callers at once have read.
_SET = sql("""
    INSERT INTO clock (business_date) VALUES (:business_date)
    ON CONFLICT (single) DO UPDATE SET business_date = excluded.business_date
    WHERE clock.business_date <= excluded.business_date
""")


async def find_business_date(connection: Connection) -> date | None:
    row = await fetch_one(connection, _FIND)
    return row.business_date if row else None


async def update_business_date(connection: Connection, business_date: date) -> bool:
    """False where the clock is already further."""
    return await execute(connection, _SET, rows=None, business_date=business_date) == 1
