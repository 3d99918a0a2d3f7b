"""The rows of applications to be registered; the migrations make their tables."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.identification.rules import DoubtKind, State
from shared.data.relations import Big, table


class IdentificationCase(NamedTuple):
    """An application and how far it came. It names nobody: `content_digest` is a keyed hash of what was applied for,
    `seen` what the visit found. `household_id` and `household_no`: what it became.
    """

    id: UUID
    household_id: UUID | None
    division: str
    income_year: int
    people: int
    state: State
    content_digest: bytes
    applied_on: date
    applied_by: str
    seen: dict[str, Any] | None
    visited_by: str | None
    reviewed_by: str | None
    checked_by: str | None
    notice_posted_on: date | None
    notice_ends_on: date | None
    township_checked_by: str | None
    second_notice_posted_on: date | None
    second_notice_ends_on: date | None
    compared_by: str | None
    decision_id: UUID | None
    household_no: str | None
    entered_by: str | None
    ended_code: str | None
    version: Big
    procedure_version: int
    since_on: date
    due_on: date | None
    case_round_id: UUID | None


class SealedApplication(NamedTuple):
    """Who applies, and with what: sealed, and gone when the case has ended."""

    identification_id: UUID
    division: str
    sealed: bytes


class Applicant(NamedTuple):
    """A person of an open application, under each key: nobody applies twice."""

    key_id: str
    digest: bytes
    identification_id: UUID


class Doubt(NamedTuple):
    """An objection (`reason` is its word) or a suspicion (an exclusion code), and what a person found of it."""

    id: UUID
    identification_id: UUID
    division: str
    kind: DoubtKind
    reason: str
    evidence: str
    raised_on: date
    raised_by: str
    resolved_on: date | None
    resolved_by: str | None
    upheld: bool | None
    proof: str | None


class OpenDoubts(NamedTuple):
    identification_id: UUID
    objections: int
    suspicions: int


identification = table("identification", IdentificationCase)
identification_application = table("identification_application", SealedApplication)
identification_person = table("identification_person", Applicant)
identification_doubt = table("identification_doubt", Doubt)
