"""The rows of households, their people and incomes; the migrations make their tables."""

from datetime import date
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from sqlalchemy import SmallInteger

from services.registry.households.rules import (
    Attribute,
    Grade,
    Labour,
    Sex,
    Status,
    StatusBefore,
    Weight,
)
from shared.data.relations import Big, DayRange, InstantRange, table


class Household(NamedTuple):
    """`status_before` and `year_before`: how it stood when it was struck, for as long as it is. `stands_since`: the day
    since which it stands as it does, `placed_since` that since which it lives where it does; None since it was
    registered.
    """

    id: UUID
    household_no: str
    division: str
    status: Status
    registered_on: date
    exited_on: date | None
    exited_year: int | None
    relocation_cohort: int | None
    relocated: bool
    moved_in_on: date | None
    status_before: StatusBefore | None
    year_before: int | None
    stands_since: date | None
    placed_since: date | None


class HouseholdVersion(NamedTuple):
    """How often a household was told anew, by whom last, and the version after which it was told by nobody else."""

    household_id: UUID
    version: Big
    changed_by: str
    own_since: Big


class Seen(NamedTuple):
    """What is held for true of how a household lives, as far as an exit asks for it."""

    household_id: UUID
    food_secure: bool | None
    clothing_secure: bool | None
    school_dropout: bool | None
    medical_insured: bool | None
    house_grade: str | None
    safe_water: bool | None
    unfinished_major_illness: bool | None
    only_subsidies: bool | None


class HouseholdFact(NamedTuple):
    """How a household lives: on which days, and when that was held for true. What is empty nobody knows yet. Of its
    land, what is watered is part of what is cultivated, and what went back from the plough (退耕还林) is none of it.

    `own` names the columns that this version's report said; the others it carries from the version before. `attested`:
    by column of them the unit that answers for it, so that no lighter word changes it.
    """

    id: UUID
    household_id: UUID
    division: str
    valid: DayRange
    known: InstantRange
    attribute: Attribute
    main_cause: str
    other_causes: dict[str, Any]
    deep_poverty: bool
    natural_village: str
    house_area_m2_x100: int | None
    house_grade: Grade | None
    safe_water: bool | None
    electricity: bool | None
    food_secure: bool | None
    clothing_secure: bool | None
    school_dropout: bool | None
    medical_insured: bool | None
    unfinished_major_illness: bool | None
    only_subsidies: bool | None
    stated_by: str
    weight: Weight
    own: list[str]
    stated_as: str | None
    attested: dict[str, Any]
    cultivated_mu_x100: int | None
    irrigated_mu_x100: int | None
    forest_mu_x100: int | None
    returned_mu_x100: int | None
    grass_mu_x100: int | None
    road_m: int | None


class HouseholdWord(NamedTuple):
    """What somebody said of how a household lives, whether it holds or not: `said` by the columns of its facts."""

    id: UUID
    household_id: UUID
    division: str
    since: date
    said: dict[str, Any]
    stated_by: str
    stated_as: str | None
    weight: Weight


class HouseholdContact(NamedTuple):
    """Where a household is reached and paid: on which days, and when that was held for true."""

    household_id: UUID
    division: str
    phone_sealed: bytes | None
    account_sealed: bytes | None
    id: UUID
    valid: DayRange
    stated_by: str
    known: InstantRange
    weight: Weight
    stated_as: str | None


class Member(NamedTuple):
    id: UUID
    household_id: UUID
    division: str
    id_number_sealed: bytes
    reference: str


class MemberFact(NamedTuple):
    """Who belongs to a household: on which days, and when that was held for true. `own` and `attested` as of a
    household's facts, of what was said since somebody became a member. `disability_level`: of his certificate, 1 is the
    severest. What is empty no department has attested.
    """

    id: UUID
    member_id: UUID
    household_id: UUID
    division: str
    valid: DayRange
    known: InstantRange
    name: str
    sex: Sex
    born_on: date
    relation: str
    ethnicity: str
    education: str
    school_status: str
    health: str
    labour: Labour
    work_place: str
    work_months: Annotated[int, SmallInteger()]
    medical_insured: bool
    pension_insured: bool
    weight: Weight
    stated_as: str | None
    own: list[str]
    attested: dict[str, Any]
    disability_level: int | None
    family_doctor: bool | None
    chronic_card: bool | None
    assistive_device: bool | None
    rehabilitation: bool | None
    home_adapted: bool | None


class Summary(NamedTuple):
    """A household in a list, with its members counted and its head's and its village's name on the day asked about."""

    id: UUID
    household_no: str
    division: str
    status: Status
    relocation_cohort: int | None
    exited_year: int | None
    deep_poverty: bool
    version: int
    members: int
    head: str | None
    village: str | None


class Whole(NamedTuple):
    """A household as held for true about a day; `people` and `income_lines` are JSON."""

    id: UUID
    household_no: str
    division: str
    status: Status
    registered_on: date
    exited_on: date | None
    exited_year: int | None
    relocation_cohort: int | None
    moved_in_on: date | None
    version: int
    deep_poverty: bool
    main_cause: str
    conditions: dict[str, Any]
    people: list[dict[str, Any]]
    income_lines: list[dict[str, Any]]


class HeadUntil(NamedTuple):
    """The day from which a household's last head was head no more; None where one still is."""

    household_id: UUID
    since: date | None


household = table("household", Household)
household_version = table("household_version", HouseholdVersion)
household_fact = table("household_fact", HouseholdFact)
household_word = table("household_word", HouseholdWord)
household_contact = table("household_contact", HouseholdContact)
member = table("member", Member)
member_fact = table("member_fact", MemberFact)
