"""The rows of how households stood; the migrations make their table."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.households.rules import Status
from shared.data.relations import DayRange, InstantRange, table


class HouseholdStanding(NamedTuple):
    """How and where a household stands: on which days, and when that was held for true; `status_since`: the day since
    which it stands so, wherever it lived. A trigger alone writes it.
    """

    household_id: UUID
    division: str
    status: Status
    exited_on: date | None
    exited_year: int | None
    valid: DayRange
    known: InstantRange
    status_since: date


class Counted(NamedTuple):
    """How many stand so."""

    status: Status
    households: int
    people: int


class Sourced(NamedTuple):
    """All that is held for true of a household, with the versions before it; lists are JSON, oldest first."""

    status: Status
    stands_since: date
    versions: list[dict[str, Any]]
    contacts: list[dict[str, Any]]
    people: list[dict[str, Any]]
    lines: list[dict[str, Any]]


household_standing = table("household_standing", HouseholdStanding)
