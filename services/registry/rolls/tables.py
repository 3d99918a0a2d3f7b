"""The rows of changed figures of places; the migrations make their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.rolls.rules import State
from shared.data.relations import table


class DivisionChange(NamedTuple):
    """What a paper of an issuer says of a place since a day, empty where it says nothing; and what it was before."""

    id: UUID
    division: str
    since: date
    rural_people: int | None
    poor_village: bool | None
    was_rural_people: int
    was_poor_village: bool
    document_no: str
    issuer: str
    state: State
    proposed_on: date
    proposed_by: str
    decided_on: date | None
    decided_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


division_change = table("division_change", DivisionChange)
