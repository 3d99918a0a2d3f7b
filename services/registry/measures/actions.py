"""Keeping a household's measures: they start and end with what gave them."""

from collections.abc import Sequence

from services.registry.measures import queries
from shared.events.finance import LoanDisbursed, LoanSettled
from shared.sql import Connection

LOAN = "loan"


async def start_loans(connection: Connection, loans: Sequence[LoanDisbursed]) -> None:
    """A loan paid out in parts began with the first; a household the register does not know is an error."""
    first = {str(x.loan_id): (x.household_id, x.disbursed_on) for x in reversed(loans)}
    await queries.start_measures(connection, LOAN, first)


async def end_loans(connection: Connection, loans: Sequence[LoanSettled]) -> None:
    await queries.end_measures(connection, LOAN, {str(x.loan_id): x.settled_on for x in loans})
