"""The rows of attestations; the migrations make their table."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from shared.data.relations import table


class Attestation(NamedTuple):
    """A department's word, as it was given: `said` by field, since a day, resting on a paper. One that corrects an
    earlier one says why.
    """

    id: UUID
    household_id: UUID
    member_id: UUID | None
    division: str
    unit: str
    said: dict[str, Any]
    since: date
    document_no: str
    corrects: UUID | None
    reason: str | None
    attested_on: date
    attested_by: str


class AttestationSeen(NamedTuple):
    """As it is shown: `person` stands for one of the household's people."""

    id: UUID
    household_id: UUID
    household_no: str
    person: str | None
    division: str
    unit: str
    said: dict[str, Any]
    since: date
    document_no: str
    corrects: UUID | None
    reason: str | None
    attested_on: date


attestation = table("attestation", Attestation)
