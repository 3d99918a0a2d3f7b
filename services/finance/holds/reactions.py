"""What facts mean for lenders: a departure, a removal, a missed dividend, a loan used otherwise, or open again."""

from collections.abc import Sequence

from services.finance.holds import actions
from shared.data.sql import Connection
from shared.events.assessment import VisitRecorded
from shared.events.finance import LoanReopened
from shared.events.industry import DividendMissed
from shared.events.registry import DepartureAmended, HouseholdReinstated, HouseholdRemoved, MemberRemoved
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_member_removed(connection: Connection, facts: Sequence[tuple[Act, MemberRemoved]]) -> None:
    await actions.record_departures(connection, facts[-1][0], [fact for _, fact in facts])


async def on_departure_amended(connection: Connection, facts: Sequence[tuple[Act, DepartureAmended]]) -> None:
    await actions.amend_departures(connection, facts[-1][0], [fact for _, fact in facts])


async def on_household_removed(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    await actions.record_removals(connection, facts[-1][0], [fact for _, fact in facts])


async def on_household_reinstated(connection: Connection, facts: Sequence[tuple[Act, HouseholdReinstated]]) -> None:
    await actions.take_back_removals(connection, facts[-1][0], [fact for _, fact in facts])


async def on_dividend_missed(connection: Connection, facts: Sequence[tuple[Act, DividendMissed]]) -> None:
    await actions.record_missed_dividends(connection, facts[-1][0], [fact for _, fact in facts])


async def on_visit_recorded(connection: Connection, facts: Sequence[tuple[Act, VisitRecorded]]) -> None:
    await actions.record_findings(connection, facts[-1][0], [fact for _, fact in facts])


async def on_loan_reopened(connection: Connection, facts: Sequence[tuple[Act, LoanReopened]]) -> None:
    """Our own fact: whoever told it was a bank, which sees no loan of another."""
    await actions.record_reopened(connection, facts[-1][0], [fact for _, fact in facts])


REACTIONS: dict[str, Reaction] = {
    MemberRemoved.TYPE: on_member_removed,
    DepartureAmended.TYPE: on_departure_amended,
    HouseholdRemoved.TYPE: on_household_removed,
    HouseholdReinstated.TYPE: on_household_reinstated,
    DividendMissed.TYPE: on_dividend_missed,
    VisitRecorded.TYPE: on_visit_recorded,
    LoanReopened.TYPE: on_loan_reopened,
}
