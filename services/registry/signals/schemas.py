"""Bodies of the doors to risk signals."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from services.registry.signals.rules import Kept, Misfortune, Seen, State
from shared.acts.bodies import Case, Input
from shared.acts.reasons import Telling
from shared.values.inputs import Area, Day, Text


def _words(kept: str | list[str]) -> list[str]:
    return kept.split() if isinstance(kept, str) else kept


class NewMisfortune(Case):
    """What befell a household, and since when; `evidence` refers to who saw it, and names nobody."""

    household_id: UUID
    cause: Misfortune = Field(description="What befell the household.")
    since_on: Day
    evidence: Text = Field(min_length=1, max_length=200)


class RiskCountAsked(Input):
    """The households of which division are weighed."""

    division: Area


class RiskCount(BaseModel):
    """How many households of a division that got out were weighed on a day, at how many somebody must look, and at how
    many of them only since now.
    """

    division: str
    on: date
    households: int
    waiting: int = Field(description="At how many somebody must look.")
    raised: int = Field(description="At how many of them only since now.")


class RiskLook(Case):
    """What somebody found who went there; `evidence` refers to it, and names nobody."""

    seen: Seen = Field(description="Whether all is well, help is needed, or the household has fallen back.")
    evidence: Text = Field(min_length=1, max_length=200)


class RiskWarningShown(Telling):
    """A household at which somebody must look, or looked; never by which login."""

    TEXT = "registry.risk_warning.{state}"

    id: UUID
    household_id: UUID
    division: str
    points: int
    kinds: Annotated[list[str], BeforeValidator(_words)]
    decision_id: UUID
    raised_on: date
    state: State
    evidence: str | None
    looked_on: date | None
    ended_code: str | None
    since_on: date
    due_on: date | None


class RiskSignalShown(BaseModel):
    """What was told. `source`: the loan, the agreement or the post's assignment, of a misfortune itself; over where it
    is over since the last day on which it began. `again_on`: the last day on which a payment that had ended it turned
    out not to have arrived. Never by which login.
    """

    id: UUID
    household_id: UUID
    division: str
    kind: Kept
    source: str
    since_on: date
    over_on: date | None
    again_on: date | None
    cause: Misfortune | None = Field(description="What befell the household.")
    evidence: str | None


class PlaceRisk(BaseModel):
    """A village's warnings, by what became of them; `kinds`: of the open ones, by kind of signal."""

    division: str
    open: int
    fine: int
    needs_help: int
    fallen: int
    ended: int
    kinds: dict[str, int] = Field(description="How many of the open ones have a signal of each kind.")
