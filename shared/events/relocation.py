"""What relocation states about households that move (key: household)."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from shared.events.benefits import OfBenefits
from shared.events.envelope import Payload
from shared.events.policy import PolicyStated


class _OfHousehold(Payload):
    TOPIC: ClassVar[str] = "relocation.household"
    KEY: ClassVar[str] = "household_id"

    household_id: UUID
    division: str
    application_id: UUID


class RelocationAgreed(_OfHousehold):
    """After its notice the household signed to move and to give up the old house: it is of the year's cohort."""

    TYPE: ClassVar[str] = "relocation.relocation_agreed.v1"

    cohort: int
    members: int
    agreed_on: date


class ApplicationEnded(_OfHousehold):
    """It will not move by this application: refused, withdrawn, struck from the register, or died out."""

    TYPE: ClassVar[str] = "relocation.application_ended.v1"

    reason: str
    ended_on: date


class FlatAllocated(_OfHousehold):
    """One flat, or one pair of adjoining flats, under one allocation; the area stays within the cap."""

    TYPE: ClassVar[str] = "relocation.flat_allocated.v1"

    allocation_id: UUID
    unit_id: UUID
    area_m2_x100: int
    cap_m2_x100: int
    members: int
    allocated_on: date


class FlatReleased(_OfHousehold):
    """The allocation ended before the keys were handed over, or by a swap; the unit may be drawn again."""

    TYPE: ClassVar[str] = "relocation.flat_released.v1"

    allocation_id: UUID
    unit_id: UUID
    reason: str
    released_on: date


class KeyHandedOver(_OfHousehold):
    TYPE: ClassVar[str] = "relocation.key_handed_over.v1"

    allocation_id: UUID
    handed_on: date


class HouseholdMovedIn(_OfHousehold):
    """It lives in the new flat, by evidence that two persons saw. The flat stands in an accepted building."""

    TYPE: ClassVar[str] = "relocation.household_moved_in.v1"

    allocation_id: UUID
    cohort: int
    members: int
    area_m2_x100: int
    moved_in_on: date


class OldHouseDemolished(_OfHousehold):
    TYPE: ClassVar[str] = "relocation.old_house_demolished.v1"

    demolished_on: date


class HomesteadReclaimed(_OfHousehold):
    """The old homestead was accepted as farmland again; area in 0.01 mu."""

    TYPE: ClassVar[str] = "relocation.homestead_reclaimed.v1"

    area_mu_x100: int
    accepted_on: date


class RewardApproved(_OfHousehold):
    """A one-off reward for demolition or reclamation on time: it is never income."""

    TYPE: ClassVar[str] = "relocation.reward_approved.v1"

    kind: Literal["demolition", "reclamation"]
    amount_fen: int
    approved_on: date


class PolicyChanged(PolicyStated):
    """Two persons confirmed what a document says of relocation's figures: it is in force from here on."""

    TYPE: ClassVar[str] = "relocation.policy_changed.v1"
    TOPIC: ClassVar[str] = "relocation.policy"


class BenefitsStated(OfBenefits):
    """How far a household's move has come, its flat and its rewards, told when the register undoes an exit or a
    registration of it.
    """

    TYPE: ClassVar[str] = "relocation.benefits_stated.v1"
    TOPIC: ClassVar[str] = "relocation.household"
