"""Bodies of the doors to deep poverty."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.registry.households.rules import Status
from shared.acts.bodies import Input
from shared.values.inputs import Area


class CountAsked(Input):
    """The households of which division are counted."""

    division: Area


class Count(BaseModel):
    """How many households of a division were looked at on a day, how many of them are in deep poverty, and of how many
    that was told otherwise before.
    """

    division: str
    on: date
    households: int
    deep_poverty: int
    begun: int
    ended: int


class DeeplyPoorShown(BaseModel):
    """No names: `since` when the household has been in deep poverty without a break."""

    household_id: UUID
    household_no: str
    division: str
    status: Status
    since: date
