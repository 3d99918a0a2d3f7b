"""The rows of risk signals; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.signals.rules import Kept, Misfortune, State
from shared.data.relations import table


class RiskSignal(NamedTuple):
    """What was told of a household, whether it is out or not. `source`: the loan, the agreement, the post's assignment;
    of a misfortune its own id. It is over from `over_on` on, until the same begins again. `cause`, `evidence` and
    `told_by` of a misfortune alone. `ends`: by payment, and of what else was `told`, the day on which that ended it;
    `again_on`: the last day on which a payment that had ended it turned out not to have arrived.
    """

    id: UUID
    household_id: UUID
    division: str
    kind: Kept
    source: str
    since_on: date
    over_on: date | None
    cause: Misfortune | None
    evidence: str | None
    told_by: str | None
    ends: dict[str, str]
    again_on: date | None


class RiskWarning(NamedTuple):
    """A household at which somebody must look. `kinds`: of signals, words with a blank between; `proposed_by`: who
    proposed its exit, where that is known.
    """

    id: UUID
    household_id: UUID
    division: str
    points: int
    kinds: str
    decision_id: UUID
    proposed_by: str | None
    raised_on: date
    state: State
    evidence: str | None
    looked_on: date | None
    looked_by: str | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


risk_signal = table("risk_signal", RiskSignal)
risk_warning = table("risk_warning", RiskWarning)
