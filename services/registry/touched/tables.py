"""The rows of what was undone and of the benefits that it touches; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.touched.rules import Cause, Giver, Outcome, State
from shared.data.relations import Big, table


class TouchedCase(NamedTuple):
    """`source_id`: the exit that was revoked, or the removal or the reversal that was confirmed. `answered`: the
    services that have said what they gave.
    """

    id: UUID
    household_id: UUID
    division: str
    cause: Cause
    source_id: UUID
    opened_on: date
    answered: list[str]
    benefits: int
    state: State
    said_on: date | None
    said_by: str | None
    confirmed_on: date | None
    confirmed_by: str | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class TouchedBenefit(NamedTuple):
    """A benefit as its service stated it; `standing` is that service's own word. `outcome` and `reason`: what a person
    said becomes of it.
    """

    id: UUID
    case_id: UUID
    household_id: UUID
    division: str
    service: Giver
    kind: str
    source: str
    standing: str
    amount_fen: Big | None
    times: int
    first_on: date | None
    last_on: date | None
    outcome: Outcome | None
    reason: str | None


class BenefitSum(NamedTuple):
    """`outcome`: None where nobody's word is confirmed yet."""

    service: Giver
    kind: str
    outcome: Outcome | None
    benefits: int
    households: int
    amount_fen: int


class CaseCount(NamedTuple):
    cause: Cause
    state: State
    cases: int


touched_case = table("touched_case", TouchedCase)
touched_benefit = table("touched_benefit", TouchedBenefit)
