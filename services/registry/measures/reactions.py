"""What finance's facts mean here: a loan is a measure of help, never income."""

from collections.abc import Sequence

from services.registry.measures import actions
from shared.context import Act
from shared.events.finance import LoanDisbursed, LoanSettled
from shared.sql import Connection


async def on_loan_disbursed(connection: Connection, facts: Sequence[tuple[Act, LoanDisbursed]]) -> None:
    await actions.start_loans(connection, [fact for _, fact in facts])


async def on_loan_settled(connection: Connection, facts: Sequence[tuple[Act, LoanSettled]]) -> None:
    await actions.end_loans(connection, [fact for _, fact in facts])
