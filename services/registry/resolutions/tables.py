"""The rows of grants and resolutions; the migrations make their tables."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from shared.data.relations import table


class ResolveGrant(NamedTuple):
    subject: str
    purposes: list[str]
    id_numbers: bool
    ends_on: date
    granted_on: date
    granted_by: str


class Resolution(NamedTuple):
    id: UUID
    subject: str
    role: str
    household_id: UUID
    purpose: str
    reference: str
    id_numbers: bool
    people: int
    asked_on: date
    correlation_id: UUID
    asked_at: datetime


class Person(NamedTuple):
    """Who belongs to a household on a day."""

    household_id: UUID
    member_id: UUID
    reference: str
    name: str
    relation: str
    id_number_sealed: bytes


resolve_grant = table("resolve_grant", ResolveGrant)
resolution = table("resolution", Resolution)
