"""Bodies of the households' doors."""

from collections import Counter
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from services.registry.households.rules import (
    MOST_OTHER_CAUSES,
    Cause,
    Education,
    Grade,
    Health,
    Labour,
    SchoolStatus,
    Sex,
    Status,
    WorkPlace,
)
from shared.acts.bodies import Fen, Input, Result
from shared.values import id_number
from shared.values.inputs import LARGEST, Day, Name

Measured = Annotated[int | None, Field(ge=0, le=1_000_000_000, strict=True)]
# The version of the household that the sender looked at; one who does not say it overwrites whatever stands.
BaseVersion = Annotated[int | None, Field(ge=1, le=LARGEST, strict=True)]


class NewPerson(Input):
    """Somebody as the register takes him down. `number`: an ID number (GB 11643), or a disability certificate, which is
    one with two figures behind; sex and day of birth are those that it states.
    """

    name: Name = Field(min_length=1, max_length=50)
    number: str = Field(min_length=18, max_length=20)
    ethnicity: Name = Field(min_length=1, max_length=50)
    education: Education
    school_status: SchoolStatus
    health: Health
    labour: Labour
    work_place: WorkPlace = ""
    work_months: int = Field(default=0, ge=0, le=12, strict=True)
    medical_insured: bool
    pension_insured: bool

    @field_validator("name")
    @classmethod
    def _has_no_figures(cls, name: str) -> str:
        if any(c.isdigit() for c in name):
            raise PydanticCustomError("figures_in_name", "a name without figures")
        return name

    @field_validator("number")
    @classmethod
    def _is_a_persons(cls, number: str) -> str:
        number = id_number.normalise(number)
        if not id_number.is_number_or_certificate(number):
            raise PydanticCustomError("no_id_number", "an ID number, or a disability certificate")
        return number

    @property
    def identity(self) -> str:
        """The ID number, also where a certificate was shown."""
        return self.number[: id_number.LENGTH]


class StatedPayer(Input):
    """The part of a category's total that was said to come from one payer: a code, never a name."""

    payer: str = Field(pattern=r"^[A-Za-z0-9:_.-]{1,80}$")
    category: Literal["wage", "business", "property", "transfer"]
    amount_fen: Fen


class IncomeStatement(Input):
    """What a household says it earned in an income year (1 October to 30 September), in fen, all payers together.

    `payers`: what of it was said to come from named payers, so that a payment of theirs is known to be that part.
    """

    household_id: UUID
    income_year: int = Field(ge=2013, le=2030)
    wage_fen: Fen
    business_fen: Fen
    property_fen: Fen
    transfer_fen: Fen
    business_cost_fen: Fen
    stated_on: Day
    base_version: BaseVersion = None
    payers: list[StatedPayer] = Field(default=[], max_length=50)

    @field_validator("payers")
    @classmethod
    def _lie_within_the_totals(cls, payers: list[StatedPayer], others: ValidationInfo) -> list[StatedPayer]:
        named = Counter[str]()
        for part in payers:
            named[part.category] += part.amount_fen
        if any(named[c] > others.data.get(f"{c}_fen", named[c]) for c in named):
            raise PydanticCustomError("over_total", "parts of a category that sum up to its total at most")
        if len({(p.payer, p.category) for p in payers}) < len(payers):
            raise PydanticCustomError("payer_twice", "each payer once in a category")
        return payers


class ConditionReport(Input):
    """What was seen in a household on a day. A field left out stays as it was known before; causes are said at once."""

    household_id: UUID
    observed_on: Day
    base_version: BaseVersion = None
    food_secure: bool | None = None
    clothing_secure: bool | None = None
    school_dropout: bool | None = None
    medical_insured: bool | None = None
    house_grade: Grade | None = None
    safe_water: bool | None = None
    unfinished_major_illness: bool | None = None
    only_subsidies: bool | None = None
    electricity: bool | None = None
    house_area_m2_x100: Measured = None
    cultivated_mu_x100: Measured = None
    irrigated_mu_x100: Measured = None
    forest_mu_x100: Measured = None
    returned_mu_x100: Measured = None
    grass_mu_x100: Measured = None
    road_m: Measured = None
    main_cause: Cause | None = None
    other_causes: list[Cause] | None = Field(default=None, max_length=MOST_OTHER_CAUSES, validate_default=True)

    @field_validator("irrigated_mu_x100")
    @classmethod
    def _is_part_of_the_cultivated(cls, watered: int | None, others: ValidationInfo) -> int | None:
        cultivated = others.data.get("cultivated_mu_x100")
        if watered is not None and cultivated is not None and watered > cultivated:
            raise PydanticCustomError("over_total", "parts of a category that sum up to its total at most")
        return watered

    # Exactly one is the main one (S5), so that none stands twice.
    @field_validator("other_causes")
    @classmethod
    def _stand_beside_a_main_one(cls, causes: list[str] | None, others: ValidationInfo) -> list[str] | None:
        main = others.data.get("main_cause")
        if "main_cause" in others.data and (main is None) != (causes is None):
            raise PydanticCustomError("missing", "a value")
        if causes is not None and len({main, *causes}) <= len(causes):
            raise PydanticCustomError("cause_twice", "each cause once")
        return causes


class Conflict(BaseModel):
    """Somebody else changed the household after the version that an edit goes by: what was sent beside what stands."""

    base_version: int
    version: int
    changed_by: str
    sent: dict[str, Any]
    stands: dict[str, Any]


class Edited(Result):
    """`version`: the household's after this edit, for the next one, where the edit said which it goes by."""

    version: int | None = None
    conflict: Conflict | None = None


class EditedList(BaseModel):
    """In the order sent."""

    results: list[Edited]


class HouseholdSummary(BaseModel):
    """What a line of a list says of a household; whose it is a list says to some."""

    id: UUID
    household_no: str
    division: str
    status: Status
    members: int
    deep_poverty: bool
    relocation_cohort: int | None
    exited_year: int | None
    version: int


class HouseholdListed(HouseholdSummary):
    """`head` is told to whoever works with the households of an area, or whose it is; who read it is on record."""

    head: str | None = Field(description="The name of the household's head; null for who is not told.")
    village: str | None = Field(description="The name of the village; null where it has none on that day.")


class Member(BaseModel):
    """`reference` stands for the ID number, which no screen shows."""

    reference: str
    name: str
    sex: Sex
    born_on: date
    relation: str
    labour: Labour
    school_status: str
    medical_insured: bool


class Conditions(BaseModel):
    """What is known of the house, the land and the guarantees; None is not known yet."""

    house_grade: Grade | None
    safe_water: bool | None
    electricity: bool | None
    food_secure: bool | None
    clothing_secure: bool | None
    school_dropout: bool | None
    medical_insured: bool | None
    unfinished_major_illness: bool | None
    only_subsidies: bool | None
    house_area_m2_x100: int | None
    cultivated_mu_x100: int | None
    irrigated_mu_x100: int | None
    forest_mu_x100: int | None
    returned_mu_x100: int | None
    grass_mu_x100: int | None
    road_m: int | None


class Income(BaseModel):
    income_year: int
    net_income_fen: int
    per_capita_fen: int


class Household(HouseholdSummary):
    registered_on: date
    exited_on: date | None
    support_until: date | None = Field(description="The last day of its support, where it got out.")
    moved_in_on: date | None
    main_cause: str
    conditions: Conditions
    people: list[Member]
    incomes: list[Income]
