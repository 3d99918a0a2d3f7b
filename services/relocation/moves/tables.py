"""The rows of reports of moves; the migrations make their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from shared.data.relations import table


class MoveReport(NamedTuple):
    id: UUID
    allocation_id: UUID
    application_id: UUID
    division: str
    moved_in_on: date
    photo_sha256: str
    power_kwh_x100: int
    reported_on: date
    reported_by: str
    confirmed: bool | None = None
    confirmed_on: date | None = None
    confirmed_by: str | None = None


move_report = table("move_report", MoveReport)
