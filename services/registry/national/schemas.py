"""Bodies of the doors to exports."""

from datetime import date, datetime
from uuid import UUID

from services.registry.national.rules import ExportState
from shared.acts.bodies import Input
from shared.acts.reasons import Telling
from shared.values.inputs import Area


class NewExport(Input):
    """An export of the caller's county, or of a township of it, under an id of its sender's."""

    id: UUID
    division: Area | None = None


class ExportShown(Telling):
    """An export: it tells what became known behind `since_at` (null: from the beginning), up to `until_at`."""

    TEXT = "registry.national_export.{state}"

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
