"""What industry states: about households that earn, villages' works, and power stations."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from shared.events.benefits import OfBenefits
from shared.events.envelope import Payload
from shared.events.policy import PolicyStated


class _OfHousehold(Payload):
    TOPIC: ClassVar[str] = "industry.household"
    KEY: ClassVar[str] = "household_id"

    household_id: UUID
    division: str


class PaymentConfirmed(_OfHousehold):
    """The bank confirmed a payment to the household. `category` is an income category of the register, or `none`
    where the money is no income. `payer` is a code, never a name; one payment is one line of a payment file.
    """

    TYPE: ClassVar[str] = "industry.payment_confirmed.v1"

    payment_id: UUID
    purpose: Literal[
        "pv_share", "dividend", "dividend_top_up", "post_wage", "forest_instalment", "forest_labour", "training",
        "project",
    ]  # fmt: skip
    payer: str
    category: Literal["wage", "business", "property", "transfer", "none"]
    amount_fen: int
    paid_on: date


class PaymentRevoked(_OfHousehold):
    """The bank confirmed the payment by mistake, as it said itself and the county agreed: nothing arrived."""

    TYPE: ClassVar[str] = "industry.payment_revoked.v1"

    payment_id: UUID
    amount_fen: int
    revoked_on: date


class PayeeNamed(_OfHousehold):
    """A line of a batch that a second person checked: this bank may have it, and pays the household."""

    TYPE: ClassVar[str] = "industry.payee_named.v1"

    payment_id: UUID
    batch_id: UUID
    bank: str
    checked_on: date


class AgreementSigned(_OfHousehold):
    """The household put its loan into an entity that guarantees a yearly dividend and repays the loan."""

    TYPE: ClassVar[str] = "industry.agreement_signed.v1"

    agreement_id: UUID
    loan_id: UUID
    entity_code: str
    floor_fen: int
    signed_on: date


class AgreementEnded(_OfHousehold):
    TYPE: ClassVar[str] = "industry.agreement_ended.v1"

    agreement_id: UUID
    loan_id: UUID
    reason: str
    ended_on: date


class DividendMissed(_OfHousehold):
    """A guaranteed dividend is overdue by more than the policy's days: a warning to whoever lent."""

    TYPE: ClassVar[str] = "industry.dividend_missed.v1"

    agreement_id: UUID
    loan_id: UUID
    due_on: date
    owed_fen: int
    missed_on: date


class PostAssigned(_OfHousehold):
    TYPE: ClassVar[str] = "industry.post_assigned.v1"

    assignment_id: UUID
    kind: str
    monthly_fen: int
    started_on: date


class PostEnded(_OfHousehold):
    TYPE: ClassVar[str] = "industry.post_ended.v1"

    assignment_id: UUID
    reason: str
    ended_on: date


class CertificateIssued(_OfHousehold):
    """Somebody of the household passed a course that a second person accepted."""

    TYPE: ClassVar[str] = "industry.certificate_issued.v1"

    certificate_id: UUID
    course: str
    issued_on: date


class CertificateRevoked(_OfHousehold):
    """Two persons found that the certificate should not have been accepted: it counts no more."""

    TYPE: ClassVar[str] = "industry.certificate_revoked.v1"

    certificate_id: UUID
    revoked_on: date


class ParticipationAccepted(_OfHousehold):
    """The household's part of a project was accepted as measured: a shop, a farmhouse, mu, heads."""

    TYPE: ClassVar[str] = "industry.participation_accepted.v1"

    participation_id: UUID
    project_kind: str
    quantity_x100: int
    unit: str
    accepted_on: date


class WorksAccepted(Payload):
    """Works in a village were accepted; `item` is one of its checklist (三有四通五保障)."""

    TYPE: ClassVar[str] = "industry.works_accepted.v1"
    TOPIC: ClassVar[str] = "industry.village"
    KEY: ClassVar[str] = "division"

    division: str
    project_id: UUID
    item: str
    accepted_on: date


class _OfStation(Payload):
    TOPIC: ClassVar[str] = "industry.station"
    KEY: ClassVar[str] = "station_id"

    station_id: UUID
    division: str


class PvRevenueReceived(_OfStation):
    """Money came in for a leg of a station's revenue: `coal` quarterly, `subsidy` once it is in the catalogue."""

    TYPE: ClassVar[str] = "industry.pv_revenue_received.v1"

    leg: Literal["coal", "subsidy"]
    amount_fen: int
    received_on: date


class PvRevenueCorrected(_OfStation):
    """What had come in for a leg was another sum: so much more in truth, below zero less."""

    TYPE: ClassVar[str] = "industry.pv_revenue_corrected.v1"

    leg: Literal["coal", "subsidy"]
    more_fen: int
    corrected_on: date


class PvPlanFiled(_OfStation):
    """A distribution plan passed village, township and county."""

    TYPE: ClassVar[str] = "industry.pv_plan_filed.v1"

    plan_id: UUID
    households: int
    amount_fen: int
    filed_on: date


class StationFaultSuspected(_OfStation):
    """A month's yield lies far below that of the other stations."""

    TYPE: ClassVar[str] = "industry.station_fault_suspected.v1"

    month_on: date
    metered_kwh: int
    expected_kwh: int


class PolicyChanged(PolicyStated):
    """Two persons confirmed what a document says of industry's figures: it is in force from here on."""

    TYPE: ClassVar[str] = "industry.policy_changed.v1"
    TOPIC: ClassVar[str] = "industry.policy"


class BenefitsStated(OfBenefits):
    """A household's posts, agreements, certificates and shares in projects, and what it was paid, told when the
    register undoes an exit or a registration of it.
    """

    TYPE: ClassVar[str] = "industry.benefits_stated.v1"
    TOPIC: ClassVar[str] = "industry.household"
