"""Bodies of the doors to arrivals."""

from datetime import date
from uuid import UUID

from services.registry.arrivals.rules import ArrivalReason, State
from services.registry.households.rules import Relation
from services.registry.households.schemas import NewPerson
from shared.acts.bodies import Input
from shared.acts.reasons import Telling
from shared.values.inputs import Day


class Arrival(Input):
    """Somebody joined a household on a day: `relation` is what he is to its head."""

    id: UUID
    household_id: UUID
    reason: ArrivalReason
    joined_on: Day
    relation: Relation
    person: NewPerson


class ArrivalShown(Telling):
    """No name: `reference` stands for the person, once the register knows him."""

    TEXT = "registry.arrival.{reason}"

    id: UUID
    household_id: UUID
    division: str
    reference: str | None
    reason: ArrivalReason
    joined_on: date
    relation: str
    state: State
    reported_on: date
    decided_on: date | None
    since_on: date
    due_on: date | None
