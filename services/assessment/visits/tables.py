"""The rows of visits and of days of presence; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from shared.data.relations import table


class VisitRow(NamedTuple):
    id: UUID
    household_id: UUID
    division: str
    cadre_id: UUID
    visited_on: date
    lat_e6: int
    lon_e6: int
    distance_m: int | None
    note: str
    note_digest: str
    findings: list[str]
    photo_sha256: str | None
    counts: bool
    late: bool
    reasons: list[str]
    recorded_on: date
    recorded_by: str


class CheckinRow(NamedTuple):
    id: UUID
    cadre_id: UUID
    division: str
    checked_on: date
    lat_e6: int
    lon_e6: int
    distance_m: int | None
    counts: bool
    reasons: list[str]
    recorded_on: date
    recorded_by: str


visit = table("visit", VisitRow)
checkin = table("checkin", CheckinRow)


class PresentOn(NamedTuple):
    checked_on: date


class VisitTotals(NamedTuple):
    """`findings`: how often each."""

    visits: int
    counting: int
    late: int
    too_far: int
    findings: dict[str, int]
    checkins: int


class Repeated(NamedTuple):
    """A helper whose notes repeat."""

    cadre_id: UUID
    visits: int
    distinct_notes: int
