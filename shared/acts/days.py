"""Which day it is for what a service does by itself, as nobody's request bears it."""

from datetime import date

from shared.data.sql import Connection, fetch_values, sql
from shared.values import dates

_LAST = sql("SELECT acted_on FROM case_step ORDER BY id DESC LIMIT 1")


async def current_day(connection: Connection, clock: str) -> date | None:
    """Today; in a played year the day of the last step that anybody took, None before the first."""
    if clock == "wall":
        return dates.today()
    return next(iter(await fetch_values(connection, _LAST)), None)
