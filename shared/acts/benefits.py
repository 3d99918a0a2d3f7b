"""Answering the register what a service gave a household, when an exit or a registration of it is undone."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from shared.data.sql import Connection
from shared.events.benefits import Benefit, OfBenefits
from shared.events.registry import ExitRevoked, HouseholdReinstated, HouseholdRemoved
from shared.facts.consumer import Reaction
from shared.facts.outbox import emit
from shared.ground.context import Act

Undone = ExitRevoked | HouseholdRemoved | HouseholdReinstated
UNDONE = (ExitRevoked, HouseholdRemoved, HouseholdReinstated)


class Given(NamedTuple):
    """A benefit as a service's own tables know it."""

    household_id: UUID
    kind: str
    source: str
    standing: str
    amount_fen: int | None
    times: int
    first_on: date | None
    last_on: date | None


def answered_by(
    service: str,
    stated: type[OfBenefits],
    list_given: Callable[[Connection, Sequence[UUID]], Awaitable[list[Given]]],
) -> Mapping[str, Reaction]:
    """Reactions by which a service says what it gave. `list_given` reads its own tables, by household.

    They run behind the service's other reactions to the same fact: what that ended or held is told as it stands after
    it. Nothing is written but the answer, so that the same fact is answered the same again.
    """

    async def answer(connection: Connection, facts: Sequence[tuple[Act, Undone]]) -> None:
        asked = [(act, fact) for act, fact in facts if fact.touched_id]
        if not asked:
            return
        found = await list_given(connection, sorted({fact.household_id for _, fact in asked}))
        given = {
            one: [Benefit(**benefit._asdict()) for benefit in of_it]
            for one, of_it in groupby(found, key=lambda benefit: benefit.household_id)
        }
        for act, fact in asked:
            said = stated(
                household_id=fact.household_id,
                division=fact.division,
                touched_id=fact.touched_id,
                cause_id=UUID(act.causation_id),
                stated_on=act.business_date,
                benefits=given.get(fact.household_id, []),
            )
            await emit(connection, act, service, [said])

    return {kind.TYPE: answer for kind in UNDONE}
