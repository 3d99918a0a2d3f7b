"""Bodies of the doors to withdrawals."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.registry.withdrawals.rules import State, WithdrawalReason
from shared.acts.bodies import Case
from shared.acts.papers import Signature
from shared.acts.reasons import Telling
from shared.values.inputs import Day


class OwnWithdrawal(Case):
    """Who applied takes his application back, and why."""

    reason: WithdrawalReason


class SignedWithdrawal(OwnWithdrawal):
    """The same on a signed sheet, under an id of its own. `witness` is a login, as no name leaves the register."""

    identification_id: UUID
    signature: Signature
    scan_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    place: str = Field(min_length=1, max_length=100)
    signed_on: Day
    witness: str = Field(min_length=1, max_length=200)


class WithdrawalShown(Telling):
    """A sheet, and how far it has come."""

    TEXT = "registry.withdrawal.{reason}"

    id: UUID
    identification_id: UUID
    division: str
    reason: WithdrawalReason
    signature: Signature
    scan_sha256: str
    place: str
    signed_on: date
    witness: str
    state: State
    recorded_on: date
    confirmed_on: date | None
    since_on: date
    due_on: date | None
