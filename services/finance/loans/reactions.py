"""What the registry's facts mean for who may sign: of each of a household's people, the days on which he may borrow."""

from collections.abc import Sequence

from services.finance.loans import queries
from services.finance.loans.tables import BorrowingAge
from shared.data.sql import Connection
from shared.events.registry import HouseholdRegistered, HouseholdRevised
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_household_whole(
    connection: Connection, facts: Sequence[tuple[Act, HouseholdRegistered | HouseholdRevised]]
) -> None:
    """The last word per household counts; one that was stated before there were days says nothing of anybody."""
    last = {fact.household_id: fact for _, fact in facts}
    ages = [
        BorrowingAge(person, one, since, until)
        for one, fact in last.items()
        for person, since, until in zip(
            fact.people or (), fact.borrower_from or (), fact.borrower_until or (), strict=False
        )
    ]
    await queries.keep_borrowing_ages(connection, sorted(last), ages)


REACTIONS: dict[str, Reaction] = {
    HouseholdRegistered.TYPE: on_household_whole,
    HouseholdRevised.TYPE: on_household_whole,
}
