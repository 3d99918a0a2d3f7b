"""What is read to count deep poverty; its tables are the households'."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.households.rules import Grade, Status


class Counted(NamedTuple):
    """A household as it stands on a day, with its people counted, and whether it was held to be in deep poverty."""

    id: UUID
    division: str
    status: Status
    deep_poverty: bool
    house_grade: Grade | None
    members: int
    able: int
    ill: int


class DeeplyPoor(NamedTuple):
    """A household in deep poverty on a day, and since when without a break."""

    household_id: UUID
    household_no: str
    division: str
    status: Status
    since: date
