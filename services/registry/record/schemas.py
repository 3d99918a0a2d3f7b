"""Bodies of the record's doors."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field, computed_field

from services.registry.households.rules import Status, Weight
from services.registry.record.rules import words_of
from shared.ground.context import Role
from shared.ground.sentences import sentence
from shared.values.figures import Language


class StandingCount(BaseModel):
    status: Status
    households: int
    people: int


class Figures(BaseModel):
    """Households and people of a division on a day; `known_at` is null where what is held for true now was asked.

    Poor is who never got out and who fell back, deep poverty a part of them; `standings` has a line for each status
    that somebody had.
    """

    division: str
    on: date
    known_at: datetime | None
    poor_households: int
    poor_people: int
    deep_poverty_households: int
    deep_poverty_people: int
    standings: list[StandingCount]


class Fact(BaseModel):
    """What is held for true, since when, who said it and how it came to be known; never by which login.

    `person` and `income_year` where it is of one; `said_as` is the office in which it was said, null where that was not
    kept yet; `unit` is the department's that attested it. An amount is in fen.
    """

    field: str = Field(description="What of the household, or of one of its people, it is about.")
    value: Any = Field(description="What is held for true of the field.")
    person: str | None = None
    income_year: int | None = None
    since: date
    said_as: Role | None
    unit: str | None = None
    weight: Weight

    @computed_field
    def sentence_en(self) -> str:
        return self._said("en")

    @computed_field
    def sentence_zh(self) -> str:
        return self._said("zh")

    def _said(self, language: Language) -> str:
        # What it is measured in stands in the field's name, and so does of what a word speaks.
        value = words_of(self.field, self.value)
        told = sentence(f"registry.fact.{self.field}", language, {self.field: value, "income_year": self.income_year})
        source = {"said_as": f"unit_{self.unit}" if self.unit else f"as_{self.said_as}", "since": self.since}
        return f"{told}{' ' if language == 'en' else ''}{sentence(f'registry.source.{self.weight}', language, source)}"


class Facts(BaseModel):
    """Of a household as of a day; `known_at` is null where what is held for true now was asked."""

    household_id: UUID
    on: date
    known_at: datetime | None
    facts: list[Fact]
