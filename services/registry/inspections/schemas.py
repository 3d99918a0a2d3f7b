"""Bodies of the doors to inspections."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.inspections.rules import DrawnAs, ListState, Sign, State, WrongIn
from services.registry.inspections.tables import Inspection
from shared.acts.bodies import Case, Input
from shared.acts.reasons import Telling
from shared.values.inputs import Text

# Nobody reads of a person who may be that person.
OF_PERSON: Sign = "reviewer_alarm"


class NewInspectionList(Input):
    """The list of the month of the business date; `seed` is said aloud before the draw, so that it is fair. `budget`:
    how many households, as many as the policy lets where none is said.
    """

    id: UUID
    seed: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$")
    budget: int | None = Field(default=None, ge=1, le=100_000, strict=True)


class InspectionResult(Case):
    """What somebody found who was there: all as the register says, or what is `wrong_in` it. `evidence` refers to the
    proof, and names nobody.
    """

    sound: bool = Field(strict=True)
    wrong_in: WrongIn | None = None
    evidence: Text = Field(min_length=1, max_length=160)


class SignShown(Telling):
    """Something that speaks for a look, and what it weighs."""

    TEXT = "registry.inspection_sign.{sign}"

    sign: Sign
    points: int


class NextShown(BaseModel):
    """A household that should be looked at next, and why."""

    household_id: UUID
    household_no: str
    division: str
    score: int
    signs: list[SignShown]


class InspectionListShown(BaseModel):
    id: UUID
    division: str
    month_on: date
    seed: str
    budget: int
    population: int
    state: ListState
    drawn_on: date
    decided_on: date | None
    since_on: date
    due_on: date | None


class Outcome(BaseModel):
    """Of the lines that were drawn in one way: how many there are, how many were looked at, how many are wrong."""

    lines: int
    inspected: int
    wrong: int
    wrong_ppm: int | None


class InspectionListWhole(InspectionListShown):
    """`random`: how often the register errs, without bias; `score`: what the signs find."""

    random: Outcome
    score: Outcome = Field(description="Of the lines that were drawn by their score: what the signs find.")


class InspectionShown(BaseModel):
    """How it was drawn, and what spoke for it, is told once somebody has looked: whoever looks does not know. That
    whoever stated its income alarms is told in no list.
    """

    id: UUID
    list_id: UUID
    household_id: UUID
    division: str
    state: State
    drawn_as: DrawnAs | None
    signs: list[Sign] | None
    wrong_in: WrongIn | None
    evidence: str | None
    inspected_on: date | None
    since_on: date
    due_on: date | None


def told(row: Inspection) -> InspectionShown:
    """A line as far as it is told."""
    own = row._asdict() | {"signs": [sign for sign in row.signs.split() if sign != OF_PERSON]}
    if row.state in ("drawn", "open"):
        own |= {"drawn_as": None, "signs": None}
    return InspectionShown.model_validate(own)
