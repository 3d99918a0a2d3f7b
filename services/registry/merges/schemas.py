"""Bodies of the doors to merges."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.registry.households.rules import Relation
from services.registry.merges.rules import Said, State
from shared.acts.bodies import Input
from shared.acts.reasons import Telling
from shared.values.inputs import Day


class MergePerson(Input):
    """Somebody of the household that ends: `relation` is what he is to the head of the one that stays."""

    reference: str = Field(min_length=1, max_length=64, description="The register's reference to the person.")
    relation: Relation


class Merge(Input):
    """Two households live and spend together since a day: `other_id` ends, and all of its people are named."""

    id: UUID
    household_id: UUID
    other_id: UUID
    people: list[MergePerson] = Field(min_length=1, max_length=100)
    merged_on: Day

    @property
    def relations(self) -> dict[str, str]:
        return {p.reference: p.relation for p in self.people}

    def said(self, on: date) -> Said:
        return Said(tuple(p.reference for p in self.people), self.merged_on, on)


class MergeShown(Telling):
    """No names: `relations` by reference, to the head of the household that stays."""

    TEXT = "registry.merge.{state}"

    id: UUID
    household_id: UUID
    other_id: UUID
    division: str
    relations: dict[str, str]
    merged_on: date
    state: State
    reported_on: date
    decided_on: date | None
    since_on: date
    due_on: date | None
