"""The rows of arrivals; the migrations make their tables."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.arrivals.rules import ArrivalReason, State
from shared.data.relations import table


class ArrivalCase(NamedTuple):
    """`reference`: what the person is called, once the register knows him."""

    id: UUID
    household_id: UUID
    division: str
    reference: str | None
    reason: ArrivalReason
    joined_on: date
    relation: str
    state: State
    reported_on: date
    reported_by: str
    decided_on: date | None
    decided_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class ArrivalPerson(NamedTuple):
    """Who somebody is, sealed, for as long as it is not decided whether he joins."""

    arrival_id: UUID
    household_id: UUID
    division: str
    person_sealed: bytes


class AttestedOfPerson(NamedTuple):
    """A field of somebody's that a department answers for, by its unit, as it was last held."""

    member_id: UUID
    field: str
    unit: str
    value: Any


arrival = table("arrival", ArrivalCase)
arrival_person = table("arrival_person", ArrivalPerson)
