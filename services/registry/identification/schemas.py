"""Bodies of the doors to identification."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic_core.core_schema import CoreSchema, literal_schema

from services.registry.exits.schemas import Step
from services.registry.households.rules import MOST_OTHER_CAUSES, Attribute, Cause, Grade, Labour, Sex
from services.registry.households.schemas import NewPerson
from services.registry.identification.rules import DoubtKind, State
from services.registry.roster.files import ACCOUNT, PHONE
from services.registry.roster.rules import RELATIONS
from shared.acts.bodies import Case, Fen, Input
from shared.acts.decisions import DecisionShown
from shared.acts.reasons import Ending, Telling
from shared.acts.rounds import OutsideRound
from shared.values.inputs import Name, Text

# Refers to a proof, and names nobody.
Evidence = Annotated[Text, Field(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True)
class OneOf:
    """A text that is one of some words."""

    words: tuple[str, ...]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> CoreSchema:
        return literal_schema(list(self.words))


def of_roster(words: Mapping[str, str]) -> OneOf:
    """The words of a column of the roster file, as the register keeps them."""
    return OneOf(tuple(sorted(set(words.values()))))


class Applying(NewPerson):
    """Somebody of the household, and what he is to its head."""

    relation: Annotated[str, of_roster(RELATIONS)]


class Earned(Input):
    """What came in within the closed income year, by category, and what its business cost."""

    wage_fen: Fen
    business_fen: Fen
    property_fen: Fen
    transfer_fen: Fen
    business_cost_fen: Fen


class Application(Earned):
    """A household of the village `division` asks to be registered, with what a row of the roster file says of one. Who
    applies for it may do so for others: it is kept under his subject.
    """

    id: UUID
    division: str = Field(pattern=r"^[0-9]{12}$")
    people: list[Applying] = Field(min_length=1, max_length=30)
    natural_village: Name = Field(default="", max_length=50)
    attribute: Attribute
    main_cause: Cause
    other_causes: list[Cause] = Field(default=[], max_length=MOST_OTHER_CAUSES)
    house_area_m2_x100: int | None = Field(default=None, ge=0, le=1_000_000, strict=True)
    house_grade: Grade | None = None
    safe_water: bool
    electricity: bool
    phone: str | None = Field(default=None, pattern=f"^{PHONE.pattern}$")
    account: str | None = Field(default=None, pattern=f"^{ACCOUNT.pattern}$", description="The account at a bank.")
    outside_round: OutsideRound | None = None


class Visit(Case, Earned):
    """What was seen in the house; `evidence` refers to it, and names nobody."""

    evidence: Evidence
    food_secure: bool
    clothing_secure: bool
    safe_water: bool
    house_grade: Grade


class Vote(Case):
    """The villagers' representatives' meeting: how many may vote, came, recused themselves as kin, agreed."""

    entitled: int = Field(ge=1, le=10_000)
    present: int = Field(ge=0, le=10_000)
    recused: int = Field(ge=0, le=10_000)
    in_favour: int = Field(ge=0, le=10_000)


class Check(Case):
    """What whoever checks found; `evidence` refers to it, and names nobody."""

    confirmed: bool
    evidence: Evidence


class Comparison(Case):
    """The household was compared with other registers; `evidence` refers to the run."""

    evidence: Evidence


class IdentificationSummary(Ending):
    id: UUID
    household_id: UUID | None
    household_no: str | None
    division: str
    income_year: int
    people: int
    state: State
    applied_on: date
    notice_ends_on: date | None
    second_notice_ends_on: date | None
    decision_id: UUID | None
    since_on: date
    due_on: date | None
    case_round_id: UUID | None


class ApplyingShown(BaseModel):
    """`number` shows its last four characters only."""

    name: str
    number: str
    sex: Sex
    relation: str
    ethnicity: str
    education: str
    school_status: str
    health: str
    labour: Labour
    work_place: str
    work_months: int
    medical_insured: bool
    pension_insured: bool


class Applied(BaseModel):
    """What the household said when it applied."""

    people: list[ApplyingShown]
    natural_village: str
    attribute: Attribute
    main_cause: str
    other_causes: list[str]
    house_area_m2_x100: int | None
    house_grade: Grade | None
    safe_water: bool
    electricity: bool
    wage_fen: int
    business_fen: int
    property_fen: int
    transfer_fen: int
    business_cost_fen: int


class Seen(BaseModel):
    """What the visit found."""

    wage_fen: int
    business_fen: int
    property_fen: int
    transfer_fen: int
    business_cost_fen: int
    food_secure: bool
    clothing_secure: bool
    safe_water: bool
    house_grade: Grade


class DoubtShown(Telling):
    id: UUID
    kind: DoubtKind
    reason: str
    evidence: str
    raised_on: date
    resolved_on: date | None
    upheld: bool | None
    proof: str | None

    def says(self) -> tuple[str | None, Mapping[str, Any]]:
        """An objection in its own words, a suspicion in those of the exclusion that it would be."""
        return f"registry.{'objection' if self.kind == 'objection' else 'removal'}.{self.reason}", {}


class Identification(IdentificationSummary):
    """A case whole; `applied` is gone when it has ended."""

    applied: Applied | None
    seen: Seen | None
    steps: list[Step]
    doubts: list[DoubtShown]
    decisions: list[DecisionShown]
