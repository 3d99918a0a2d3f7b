"""The rows of samples; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.rates.rules import Kind, State
from shared.data.relations import table


class RateSample(NamedTuple):
    """How many were asked for of each kind, and the area's people on the day of the draw."""

    id: UUID
    division: str
    seed: str
    exited: int
    outside: int
    poor_people: int
    exited_people: int
    outside_people: int
    rural_people: int
    drawn_on: date
    drawn_by: str


class RateLine(NamedTuple):
    """A household that has exited, or a door outside the register: the `place`-th of its sample in its village."""

    id: UUID
    sample_id: UUID
    kind: Kind
    household_id: UUID | None
    division: str
    place: int
    state: State
    drawn_on: date
    drawn_by: str
    evidence: str | None
    found_on: date | None
    found_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


rate_sample = table("rate_sample", RateSample)
rate_line = table("rate_line", RateLine)
