"""Bodies of the corrections' doors."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.industry.corrections.rules import RevocationState
from services.industry.stations.rules import Totals
from shared.acts.bodies import Fen, Input

Reason = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]


class ReadingCorrection(Input):
    """What the meter showed in truth, in kWh; `reason` is a code, never a story about people."""

    id: UUID
    reading_id: UUID
    total_kwh: int = Field(ge=0, le=10**12, strict=True)
    reason: Reason


class MeterTotals(Input):
    """What the meter that was taken out showed at last, and the one that was put in at first; kWh."""

    last_kwh: int = Field(ge=0, le=10**12, strict=True)
    first_kwh: int = Field(ge=0, le=10**12, strict=True)


class ExchangeCorrection(Input):
    """What both meters showed in truth; null where none was exchanged on that day, or not at this station."""

    id: UUID
    exchange_id: UUID
    right: MeterTotals | None
    reason: Reason

    @property
    def last_kwh(self) -> int | None:
        return self.right.last_kwh if self.right else None

    @property
    def first_kwh(self) -> int | None:
        return self.right.first_kwh if self.right else None

    @property
    def totals(self) -> Totals | None:
        return Totals(self.right.last_kwh, self.right.first_kwh) if self.right else None


class SpendingCorrection(Input):
    """What was spent in truth; zero where nothing was."""

    id: UUID
    spending_id: UUID
    amount_fen: Fen
    reason: Reason


class Revocation(Input):
    """A certificate that should not have been accepted."""

    id: UUID
    certificate_id: UUID
    reason: Reason


class PaymentRevocation(Input):
    """A line that the bank confirmed, and that was not paid after all; `code` is the bank's reason."""

    id: UUID
    line_id: UUID
    code: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")


class ExchangeCorrectionShown(BaseModel):
    """`last_kwh` and `first_kwh` are what both meters showed in truth; null where none was exchanged."""

    id: UUID
    exchange_id: UUID
    station_id: UUID
    was_last_kwh: int
    was_first_kwh: int
    last_kwh: int | None
    first_kwh: int | None
    reason: str
    state: RevocationState
    proposed_on: date
    confirmed_on: date | None
    since_on: date
    due_on: date | None


class PaymentRevocationShown(BaseModel):
    id: UUID
    line_id: UUID
    household_id: UUID
    amount_fen: int
    code: str
    state: RevocationState
    proposed_on: date
    confirmed_on: date | None
    since_on: date
    due_on: date | None


class RevocationShown(BaseModel):
    id: UUID
    certificate_id: UUID
    household_id: UUID
    reason: str
    state: RevocationState
    proposed_on: date
    confirmed_on: date | None
    since_on: date
    due_on: date | None
