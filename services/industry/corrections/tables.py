"""The rows of corrections; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.industry.corrections.rules import RevocationState
from services.industry.stations.rules import Totals
from shared.data.relations import Big, table


class ReadingCorrection(NamedTuple):
    """`was_kwh` is what stood before it: the reading, or the correction of before."""

    id: UUID
    reading_id: UUID
    station_id: UUID
    division: str
    was_kwh: Big
    total_kwh: Big
    reason: str
    corrected_on: date
    corrected_by: str


class SpendingCorrection(NamedTuple):
    """`amount_fen` is what was spent in truth, zero where nothing was."""

    id: UUID
    spending_id: UUID
    project_id: UUID
    division: str
    was_fen: Big
    amount_fen: Big
    reason: str
    corrected_on: date
    corrected_by: str


class ExchangeCorrection(NamedTuple):
    """`was_...` is what stood before it; without what is right the meter was not exchanged."""

    id: UUID
    exchange_id: UUID
    station_id: UUID
    division: str
    was_last_kwh: Big
    was_first_kwh: Big
    last_kwh: Big | None
    first_kwh: Big | None
    reason: str
    state: RevocationState
    proposed_on: date
    proposed_by: str
    confirmed_on: date | None
    confirmed_by: str | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None

    @property
    def right(self) -> Totals | None:
        if self.last_kwh is None or self.first_kwh is None:
            return None
        return Totals(self.last_kwh, self.first_kwh)


class CertificateRevocation(NamedTuple):
    id: UUID
    certificate_id: UUID
    household_id: UUID
    division: str
    reason: str
    state: RevocationState
    proposed_on: date
    proposed_by: str
    confirmed_on: date | None
    confirmed_by: str | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class PaymentRevocation(NamedTuple):
    """Of a line that the bank had confirmed."""

    id: UUID
    line_id: UUID
    household_id: UUID
    division: str
    bank: str
    amount_fen: Big
    code: str
    state: RevocationState
    proposed_on: date
    proposed_by: str
    confirmed_on: date | None
    confirmed_by: str | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


reading_correction = table("reading_correction", ReadingCorrection)
spending_correction = table("spending_correction", SpendingCorrection)
exchange_correction = table("exchange_correction", ExchangeCorrection)
certificate_revocation = table("certificate_revocation", CertificateRevocation)
payment_revocation = table("payment_revocation", PaymentRevocation)


class Owed(NamedTuple):
    """The due of a certificate's subsidy that was not sent to a bank; nothing else that was accepted earns it."""

    certificate_id: UUID
    due_id: UUID
    household_id: UUID
    division: str
