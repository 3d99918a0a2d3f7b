"""Bodies of the doors to lists and differences."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.differences.rules import Cause, ListState, Named, State
from services.registry.national import rules
from shared.acts.bodies import Case, Input
from shared.acts.reasons import Telling
from shared.values.inputs import Text


class ListTaken(BaseModel):
    """A list that was received, or the same that was handed in before."""

    id: UUID
    state: ListState


class ListShown(Telling):
    """How far a list is, and how many differences it opened, went on and ended; of one that is held, how many it would.

    `problem` is a problem+json document where the list was refused whole.
    """

    TEXT = "registry.national_list.{state}"

    id: UUID
    division: str
    state: ListState
    income_year: int
    listed_on: date
    submitted_by: str
    sha256: str
    people: int
    households: int
    opened: int = Field(description="How many differences it opened.")
    seen: int = Field(description="How many differences were known, and go on.")
    agreed: int = Field(description="How many differences are over.")
    problem: dict[str, Any] | None
    held_in: str | None
    held_households: int | None
    since_on: date
    due_on: date | None
    decided_on: date | None
    decided_by: str | None


class ListFindingShown(Telling):
    """A place in the list that could not be read, never what stands there: of that field it says nothing."""

    position: int
    row: int
    household_no: str
    column: str
    kind: str
    code: str


class Word(Input):
    """The second person's."""

    confirmed: bool


class NamedCause(Case):
    """Why a field differs, by who answers for it. `reason`: why it stays so, where it does; it names nobody."""

    cause: Named
    reason: Text | None = Field(default=None, min_length=1, max_length=200)


class DifferenceShown(Telling):
    """A field that the national list says otherwise, with whose it is, why, and where it stands. `ours` and `theirs`
    are null where what stands there tells who or where somebody is. `door`: where ours is put right, by that door's own
    procedure.
    """

    TEXT = "registry.difference.{state}"

    id: UUID
    division: str
    household_id: UUID | None
    household_no: str
    person: str | None
    field: rules.Field
    kind: rules.Kind
    ours: Any
    theirs: Any
    owner: str
    list_id: UUID
    found_on: date
    listed_on: date
    state: State
    cause: Cause | None
    reason: str | None
    named_on: date | None
    settled_on: date | None
    since_on: date
    due_on: date | None
    door: str


class FigureShown(BaseModel):
    """How many differences of a field are in a state."""

    field: rules.Field
    owner: str
    state: State
    differences: int


class DifferenceFigures(BaseModel):
    """The differences of a division, counted."""

    division: str
    figures: list[FigureShown]
