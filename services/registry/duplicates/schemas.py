"""Bodies of the doors to searches and pairs."""

from datetime import date
from uuid import UUID

from pydantic import Field, field_validator

from services.registry.duplicates.rules import Alike, Code, SearchState, State
from shared.acts.bodies import Case, Input
from shared.acts.reasons import Telling
from shared.values.inputs import Text


class NewSearch(Input):
    """A search of the caller's county, under an id of its sender's."""

    id: UUID


class PairReview(Case):
    """Whether two members are the same person. `reason`: why they are not, where they are not; it names nobody.
    `about`: the login of an official whom it concerns, who does not look into the suspicion.
    """

    same: bool = Field(strict=True)
    reason: Text | None = Field(default=None, min_length=1, max_length=200)
    about: str | None = Field(default=None, min_length=1, max_length=200)


class SearchShown(Telling):
    """A search, and what it found."""

    TEXT = "registry.duplicate_search.{state}"

    id: UUID
    division: str
    state: SearchState
    asked_on: date
    people: int
    pairs: int
    raised: int
    crowded: int


class DuplicateShown(Telling):
    """No name and no number: `person` of the household that was registered later, `other_person` of the other."""

    TEXT = "registry.duplicate.{state}"

    id: UUID
    division: str
    household_id: UUID
    household_division: str
    person: str
    other_household_id: UUID
    other_division: str
    other_person: str
    code: Code
    score: int
    alike: list[Alike]
    search_id: UUID
    found_on: date
    state: State
    reason: str | None
    suspicion_id: UUID | None
    reviewed_on: date | None
    confirmed_on: date | None
    ended_code: str | None
    since_on: date
    due_on: date | None

    @field_validator("alike", mode="before")
    @classmethod
    def _apart(cls, kept: str) -> list[str]:
        return kept.split()
