"""The rows of attested incomes; the migrations make their table."""

from datetime import date
from typing import Literal, NamedTuple
from uuid import UUID

from shared.data.relations import Big, table

Earned = Literal["wage", "business", "property", "transfer"]


class IncomeAttestation(NamedTuple):
    """A department's word on what a household, or one of its people, had of a source in an income year; one that
    corrects an earlier one says why. The last of a source counts.
    """

    id: UUID
    household_id: UUID
    division: str
    unit: str
    income_year: int
    source: str
    category: Earned
    amount_fen: Big
    document_no: str
    corrects: UUID | None
    reason: str | None
    attested_on: date
    attested_by: str
    member_id: UUID | None


class IncomeAttestationSeen(NamedTuple):
    """As it is shown: `person` stands for one of the household's people."""

    id: UUID
    household_id: UUID
    household_no: str
    person: str | None
    division: str
    unit: str
    income_year: int
    source: str
    category: Earned
    amount_fen: Big
    document_no: str
    corrects: UUID | None
    reason: str | None
    attested_on: date


income_attestation = table("income_attestation", IncomeAttestation)
