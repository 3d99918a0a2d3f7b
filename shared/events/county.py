"""What the county tells its other systems: exits and what became of them, in public form.

The key is a household, a village or a township.

The contract of the topic `county.exits`, of the feed and of the webhooks alike. An event bears the id and the time of
the registry's event that it makes public, and a sequence of this topic's own. The last one of a key is how that
household or place stands. No payload names a person, a reason or a cause.
"""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.events.envelope import Payload


class _Public(Payload):
    TOPIC: ClassVar[str] = "county.exits"
    # Whether whoever hears this last of a key knows it to be out of poverty.
    OUT: ClassVar[bool]

    division: str


class _OfHousehold(_Public):
    KEY: ClassVar[str] = "household_id"

    household_id: UUID


class HouseholdExited(_OfHousehold):
    """The exit was announced: the household is no longer counted as poor. Its support goes on."""

    TYPE: ClassVar[str] = "county.household_exited.v1"
    OUT: ClassVar[bool] = True

    exit_id: UUID
    members: int
    exited_on: date


class HouseholdReturned(_OfHousehold):
    """The household is counted as poor again from this day on. `exit_id` is not there where it was out already when
    it was first registered here.
    """

    TYPE: ClassVar[str] = "county.household_returned.v1"
    OUT: ClassVar[bool] = False

    exit_id: UUID | None = None
    members: int
    returned_on: date


class ExitRevoked(_OfHousehold):
    """An exit that was announced was wrong: take it as never made."""

    TYPE: ClassVar[str] = "county.exit_revoked.v1"
    OUT: ClassVar[bool] = False

    exit_id: UUID
    members: int
    revoked_on: date


class ExitCorrected(_OfHousehold):
    """The exit stands; these are its right fields, all of them. `corrected` names those that were wrong."""

    TYPE: ClassVar[str] = "county.exit_corrected.v1"
    OUT: ClassVar[bool] = True

    exit_id: UUID
    members: int
    exited_on: date
    corrected: list[str]
    corrected_on: date


class _OfPlace(_Public):
    KEY: ClassVar[str] = "division"


class VillageExited(_OfPlace):
    """A village left the list of poor villages, with so many of its people still poor."""

    TYPE: ClassVar[str] = "county.village_exited.v1"
    OUT: ClassVar[bool] = True

    exited_on: date
    poor_people: int
    rural_people: int


class VillageExitRevoked(_OfPlace):
    """A village's exit that was announced was wrong: take it as never made."""

    TYPE: ClassVar[str] = "county.village_exit_revoked.v1"
    OUT: ClassVar[bool] = False

    revoked_on: date


class TownshipExited(_OfPlace):
    """A whole township is out of poverty, with so many of its people still poor. `division` has nine figures."""

    TYPE: ClassVar[str] = "county.township_exited.v1"
    OUT: ClassVar[bool] = True

    exited_on: date
    poor_people: int
    rural_people: int


class TownshipExitRevoked(_OfPlace):
    """A township's exit that was announced was wrong: take it as never made."""

    TYPE: ClassVar[str] = "county.township_exit_revoked.v1"
    OUT: ClassVar[bool] = False

    revoked_on: date


KINDS: tuple[type[_Public], ...] = (
    HouseholdExited,
    HouseholdReturned,
    ExitRevoked,
    ExitCorrected,
    VillageExited,
    VillageExitRevoked,
    TownshipExited,
    TownshipExitRevoked,
)
