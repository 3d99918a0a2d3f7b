"""Bodies of the claims' doors."""

from datetime import date
from uuid import UUID

from services.registry.changes.rules import DepartureReason
from services.registry.claims.rules import State
from shared.acts.bodies import Case
from shared.acts.reasons import Telling
from shared.values.inputs import Day


class ClaimDecision(Case):
    """Does he move? Then since when and why, where that is otherwise than it was claimed."""

    moves: bool
    moved_on: Day | None = None
    reason: DepartureReason | None = None


class ClaimShown(Telling):
    """`household_id` and `holder_division` hold the person; `division` claims him, by an arrival or by the household
    number of a file. `departure_id`: how he leaves, where he moves.
    """

    TEXT = "registry.claim.{state}"

    id: UUID
    household_id: UUID
    reference: str
    holder_division: str
    division: str
    arrival_id: UUID | None
    household_no: str | None
    moved_on: date
    reason: DepartureReason
    state: State
    departure_id: UUID | None
    opened_on: date
    decided_on: date | None
    since_on: date
    due_on: date | None
