"""Bodies of the doors to splits."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.registry.households.rules import Relation
from services.registry.splits.rules import HEAD, Said, State
from shared.acts.bodies import Input
from shared.acts.reasons import Telling
from shared.values.inputs import Day


class SplitPerson(Input):
    """Somebody who splits off: `relation` is what he is to the new head, of whom it is left out."""

    reference: str = Field(min_length=1, max_length=64, description="The register's reference to the person.")
    relation: Relation | None = None


class Split(Input):
    """Members of a household live and spend apart since a day; `head` is who of them is head there."""

    id: UUID
    household_id: UUID
    head: str = Field(min_length=1, max_length=64)
    people: list[SplitPerson] = Field(min_length=1, max_length=100)
    split_on: Day

    @property
    def relations(self) -> dict[str, str | None]:
        return {p.reference: HEAD if p.reference == self.head else p.relation for p in self.people}

    def said(self, on: date) -> Said:
        return Said(self.head, tuple((p.reference, p.relation) for p in self.people), self.split_on, on)


class SplitShown(Telling):
    """No names: `relations` by reference. `new_household_id`: the household that came of it."""

    TEXT = "registry.split.{state}"

    id: UUID
    household_id: UUID
    division: str
    relations: dict[str, str]
    split_on: date
    new_household_id: UUID | None
    state: State
    reported_on: date
    decided_on: date | None
    since_on: date
    due_on: date | None
