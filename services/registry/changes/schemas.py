"""Bodies of the doors to natural changes and removals."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from services.registry.changes.rules import DepartureReason, DepartureState, RemovalState
from shared.acts.bodies import Confirmation, Input
from shared.acts.minutes import Minuted
from shared.acts.reasons import Telling
from shared.values.inputs import Day, HouseholdNo, Text


class Departure(Input):
    """Somebody left a household on a day; `reference` is what screens show instead of a person's number."""

    id: UUID
    reference: str = Field(min_length=1, max_length=64)
    reason: DepartureReason
    left_on: Day


class Removal(Input):
    """A household does not belong in the register, by one of the exclusion matches; `evidence` refers to the proof,
    and names nobody.
    """

    id: UUID
    household_id: UUID
    reason: Literal["EX1", "EX2", "EX3", "EX4", "EX5", "EX6", "EX7", "EX8", "EX9", "EX10"]
    evidence: Text = Field(min_length=1, max_length=200)


class RemovalConfirmation(Confirmation, Minuted):
    """The second person's word, the number of the household that it is about, as he read it, and the minutes of the
    county's leading group.
    """

    household_no: HouseholdNo


class DepartureShown(Telling):
    """No name: `reference` stands for the person."""

    TEXT = "registry.departure.{reason}"

    id: UUID
    household_id: UUID
    division: str
    reference: str
    reason: DepartureReason
    left_on: date
    state: DepartureState
    reported_on: date
    decided_on: date | None
    since_on: date
    due_on: date | None


class RemovalShown(Telling):
    """Of whom: the number, the head's reference, and how many belong to it as held for true now; `minutes_no` are the
    minutes of the leading group that it was decided by.
    """

    TEXT = "registry.removal.{reason}"

    id: UUID
    household_id: UUID
    household_no: str
    head: str | None
    members: int
    division: str
    reason: str
    evidence: str
    state: RemovalState
    proposed_on: date
    decided_on: date | None
    since_on: date
    due_on: date | None
    minutes_no: str | None
