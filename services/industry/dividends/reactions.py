"""What finance's and the registry's facts mean for dividends: loans to put in, households that are removed."""

from collections.abc import Sequence

from services.industry.dividends import actions
from shared.data.sql import Connection
from shared.events.finance import LoanDisbursed, LoanRestated, LoanSettled
from shared.events.registry import HouseholdReinstated, HouseholdRemoved
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_loan_disbursed(connection: Connection, facts: Sequence[tuple[Act, LoanDisbursed]]) -> None:
    await actions.keep_disbursed(connection, [fact for _, fact in facts])


async def on_loan_settled(connection: Connection, facts: Sequence[tuple[Act, LoanSettled]]) -> None:
    await actions.keep_settled(connection, [fact for _, fact in facts])


async def on_loan_restated(connection: Connection, facts: Sequence[tuple[Act, LoanRestated]]) -> None:
    await actions.keep_restated(connection, [fact for _, fact in facts])


async def on_household_removed(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    await actions.end_of_removed(connection, facts)


async def on_household_reinstated(connection: Connection, facts: Sequence[tuple[Act, HouseholdReinstated]]) -> None:
    await actions.resume_of_reinstated(connection, facts)


REACTIONS: dict[str, Reaction] = {
    LoanDisbursed.TYPE: on_loan_disbursed,
    LoanSettled.TYPE: on_loan_settled,
    LoanRestated.TYPE: on_loan_restated,
    HouseholdRemoved.TYPE: on_household_removed,
    HouseholdReinstated.TYPE: on_household_reinstated,
}
