"""Moving the clock."""

from datetime import date

from gateway.clock import queries
from gateway.clock.rules import clock_refusal
from shared.data.sql import Connection
from shared.ground.problems import Problem
from shared.values import dates


async def set_clock(connection: Connection, mode: str, business_date: date) -> None:
    """Raises Problem: 409 where the clock is the wall's or already further, 422 for a date to come."""
    refusal = clock_refusal(mode, business_date, dates.today())
    if refusal:
        raise Problem(refusal)
    if not await queries.update_business_date(connection, business_date):
        raise Problem("gateway.clock.backwards")
