"""What assessment states: about households' helpers and visits, about scores, and about confirmed fraud."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.events.benefits import OfBenefits
from shared.events.envelope import Payload
from shared.events.policy import PolicyStated


class _OfHousehold(Payload):
    TOPIC: ClassVar[str] = "assessment.household"
    KEY: ClassVar[str] = "household_id"

    household_id: UUID
    division: str


class HelperAssigned(_OfHousehold):
    """From this day on the household has this helper, and no other."""

    TYPE: ClassVar[str] = "assessment.helper_assigned.v1"

    pairing_id: UUID
    cadre_id: UUID
    starts_on: date
    subject: str | None = None  # as the helper's token names him


class HelperReleased(_OfHousehold):
    """The household left the register, or moved to where its helper is not; nobody helps it any more."""

    TYPE: ClassVar[str] = "assessment.helper_released.v1"

    pairing_id: UUID
    cadre_id: UUID
    ended_on: date
    subject: str | None = None


class VisitRecorded(_OfHousehold):
    """A helper was there. `findings` are codes (`loan_diverted`, ...); `counts` says whether it counts as a visit."""

    TYPE: ClassVar[str] = "assessment.visit_recorded.v1"

    visit_id: UUID
    cadre_id: UUID
    visited_on: date
    counts: bool
    findings: list[str]


class SampleDrawn(_OfHousehold):
    """A survey's draw named the household: whoever asks may come, until the last day of the round at most."""

    TYPE: ClassVar[str] = "assessment.sample_drawn.v1"

    sample_id: UUID
    round_id: UUID
    drawn_on: date
    until: date


class SampleClosed(_OfHousehold):
    """Its round was closed: the household is asked nothing any more."""

    TYPE: ClassVar[str] = "assessment.sample_closed.v1"

    sample_id: UUID
    round_id: UUID
    closed_on: date


class ScorePublished(Payload):
    """A year's score of a unit or a cadre, the sum of its lines; a correction is a new version."""

    TYPE: ClassVar[str] = "assessment.score_published.v1"
    TOPIC: ClassVar[str] = "assessment.subject"
    KEY: ClassVar[str] = "subject_id"

    subject_id: UUID
    subject_kind: str
    year: int
    version: int
    points_x100: int
    grade: str
    rank: int
    published_on: date


class AppealDecided(Payload):
    TYPE: ClassVar[str] = "assessment.appeal_decided.v1"
    TOPIC: ClassVar[str] = "assessment.subject"
    KEY: ClassVar[str] = "subject_id"

    subject_id: UUID
    appeal_id: UUID
    upheld: bool
    decided_on: date


class _OfCase(Payload):
    TOPIC: ClassVar[str] = "assessment.case"
    KEY: ClassVar[str] = "case_id"

    case_id: UUID
    division: str
    household_ids: list[UUID]


class FraudConfirmed(_OfCase):
    """Two persons confirmed a fabrication: what it touched stands still everywhere until it has been reviewed."""

    TYPE: ClassVar[str] = "assessment.fraud_confirmed.v1"

    kind: str
    subject_ids: list[UUID]
    confirmed_on: date


class FraudReviewed(_OfCase):
    """These households of the case have been reviewed on the spot; they go on."""

    TYPE: ClassVar[str] = "assessment.fraud_reviewed.v1"

    reviewed_on: date


class PolicyChanged(PolicyStated):
    """Two persons confirmed what a document says of assessment's figures: it is in force from here on."""

    TYPE: ClassVar[str] = "assessment.policy_changed.v1"
    TOPIC: ClassVar[str] = "assessment.policy"


class BenefitsStated(OfBenefits):
    """Who helps a household, and who did, told when the register undoes an exit or a registration of it."""

    TYPE: ClassVar[str] = "assessment.benefits_stated.v1"
    TOPIC: ClassVar[str] = "assessment.household"
