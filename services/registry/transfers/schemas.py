"""Bodies of the doors to moves."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.registry.transfers.rules import State, TransferReason
from shared.acts.bodies import Case, Input
from shared.acts.reasons import Telling
from shared.values.inputs import Day, Text


class Transfer(Input):
    """A household lives in another village of the county since a day."""

    id: UUID
    household_id: UUID
    to_division: str = Field(pattern=r"^[0-9]{12}$")
    moved_on: Day
    reason: TransferReason


class Taking(Case):
    """The other side takes the household, or says why it does not; `refusal` names nobody."""

    confirmed: bool
    refusal: Text | None = Field(default=None, min_length=1, max_length=200)


class TransferShown(Telling):
    TEXT = "registry.transfer.{reason}"

    id: UUID
    household_id: UUID
    from_division: str
    division: str = Field(description="The village that it moves to, whose township takes it.")
    moved_on: date
    reason: TransferReason
    refusal: str | None
    state: State
    reported_on: date
    decided_on: date | None
    since_on: date
    due_on: date | None
