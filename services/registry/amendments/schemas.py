"""Bodies of the doors to what comes after an exit."""

from datetime import date
from typing import Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from services.registry.amendments.rules import Kind, State
from shared.acts.bodies import Input
from shared.acts.reasons import Telling
from shared.values.inputs import Day

Evidence = Field(min_length=1, max_length=200)
_CORRECTION: JsonDict = {
    "id": "018f2d5e-7c1a-7000-8000-000000000001",
    "exit_id": "018f2d5e-7c1a-7000-8000-000000000001",
    "members": 4,
    "evidence": "file-2017-12",
}


class Return(Input):
    """The household is poor again since `fell_on`; `reason` is the cause, as the register knows causes. `evidence`
    refers to the proof, and names nobody.
    """

    kind: ClassVar[Kind] = "return"
    corrected: ClassVar[dict[str, Any]] = {}

    id: UUID
    household_id: UUID
    reason: Literal[
        "illness", "disability", "schooling", "disaster", "marriage", "land", "water", "technique", "funds", "labour",
        "transport", "motivation", "other",
    ]  # fmt: skip
    fell_on: Day
    evidence: str = Evidence


class Revocation(Input):
    """The exit should not have been announced; `reason` is how that was found."""

    kind: ClassVar[Kind] = "revocation"
    fell_on: ClassVar[date | None] = None
    corrected: ClassVar[dict[str, Any]] = {}

    id: UUID
    exit_id: UUID
    reason: Literal["cross_check", "appeal", "audit", "fraud"]
    evidence: str = Evidence


class Correction(Input):
    """What was announced of an exit, as it is right: only what was wrong is said."""

    model_config = ConfigDict(json_schema_extra={"example": _CORRECTION})
    kind: ClassVar[Kind] = "correction"
    reason: ClassVar[str] = "announced_wrongly"
    fell_on: ClassVar[date | None] = None

    id: UUID
    exit_id: UUID
    members: int | None = Field(default=None, ge=1, le=50)
    exited_on: Day | None = None
    division: str | None = Field(default=None, pattern=r"^[0-9]{12}$")
    evidence: str = Evidence

    @property
    def corrected(self) -> dict[str, Any]:
        """The fields that were said, as they are kept."""
        return self.model_dump(mode="json", include={"members", "exited_on", "division"}, exclude_none=True)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.corrected:
            raise PydanticCustomError("missing", "a field that was wrong")
        return self


class AmendmentShown(Telling):
    TEXT = "registry.amendment.{reason}"

    id: UUID
    kind: Kind
    household_id: UUID
    exit_id: UUID | None
    division: str
    reason: str
    evidence: str
    fell_on: date | None
    corrected: dict[str, Any]
    state: State
    proposed_on: date
    decided_on: date | None
    decision_id: UUID | None
    since_on: date
    due_on: date | None
