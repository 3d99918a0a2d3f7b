"""The rows of exports, and of households as they are exported; the migrations make the tables."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.households.rules import Attribute, Category, Grade, Kind, Status
from services.registry.national.rules import ExportState
from shared.data.relations import InstantRange, table


class NationalExport(NamedTuple):
    """An export: `covered` is while what it tells became known, behind the first moment and up to the last; `until_at`
    the last, as soon as it was begun. `file_sealed` is the file, `shown` the households that stand in it.
    """

    id: UUID
    division: str
    state: ExportState
    income_year: int
    asked_on: date
    asked_by: str
    attempts: int
    until_at: datetime | None
    covered: InstantRange | None
    households: int
    people: int
    sha256: str | None
    file_sealed: bytes | None
    shown: list[UUID] | None


class ExportListed(NamedTuple):
    """An export as it is listed; never its file."""

    id: UUID
    division: str
    state: ExportState
    income_year: int
    asked_on: date
    asked_by: str
    since_at: datetime | None
    until_at: datetime | None
    households: int
    people: int
    sha256: str | None


class HomeRow(NamedTuple):
    """A household as it was held for true."""

    id: UUID
    household_no: str
    division: str
    status: Status
    exited_year: int | None
    registered_on: date
    relocated: bool
    attribute: Attribute
    main_cause: str
    other_causes: dict[str, Any]
    deep_poverty: bool
    natural_village: str
    house_area_m2_x100: int | None
    house_grade: Grade | None
    safe_water: bool | None
    electricity: bool | None
    phone_sealed: bytes | None
    account_sealed: bytes | None
    township_name: str | None
    village_name: str | None


class PersonRow(NamedTuple):
    """Who belonged to a household."""

    household_id: UUID
    member_id: UUID
    reference: str
    id_number_sealed: bytes
    name: str
    sex: str
    relation: str
    ethnicity: str
    education: str
    school_status: str
    health: str
    labour: str
    work_place: str
    work_months: int
    medical_insured: bool
    pension_insured: bool


class Earned(NamedTuple):
    """What was held for true of a household's income of a year."""

    household_id: UUID
    category: Category
    kind: Kind
    payer: str
    amount_fen: int


class Changed(NamedTuple):
    """A household of which something became known, and when it last did."""

    id: UUID
    at: datetime


national_export = table("national_export", NationalExport)
