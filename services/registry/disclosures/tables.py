"""The rows of purposes and looks; the migrations make their tables."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from services.registry.disclosures.rules import DisclosureKind, Holder, LookKind, PurposeKind
from shared.data.relations import Big, DayRange, table


class PurposeRow(NamedTuple):
    """For as long as `days` its holder may learn of the household: the bank, or whoever surveys its village.

    `person` is whom it is about, by the register's reference; where nobody is named, the head.
    """

    kind: PurposeKind
    case_id: UUID
    household_id: UUID
    role: Holder
    bank: str | None
    person: str | None
    days: DayRange


class DisclosureRow(NamedTuple):
    """A look: who, for what, at which household, on which fields; never what was told.

    A call of a search is one of no household, with the number of those that it showed. A page of a list is one of a
    division, and names in `shown` those that stood on it, so that each of them can see it.
    """

    id: UUID
    subject: str
    role: str
    bank: str | None
    kind: DisclosureKind
    case_id: UUID | None
    household_id: UUID | None
    fields: str
    reason: str
    households: int
    asked_on: date
    correlation_id: UUID
    asked_at: datetime
    division: str | None
    shown: list[UUID] | None


class LookRow(NamedTuple):
    """A look of either door, as it is listed."""

    id: UUID
    subject: str
    role: str
    bank: str | None
    kind: LookKind
    case_id: UUID | None
    household_id: UUID | None
    fields: str
    reason: str
    households: int
    division: str | None
    asked_on: date
    asked_at: datetime


class PurposePerson(NamedTuple):
    """Whom a purpose is about, as far as the caller holds it today."""

    kind: PurposeKind
    case_id: UUID
    household_id: UUID
    address: str
    member_id: UUID
    name: str
    id_number_sealed: bytes
    phone_sealed: bytes | None
    account_sealed: bytes | None


class FoundRow(NamedTuple):
    """A household that a search found, with its head, where it has one on that day."""

    id: UUID
    household_no: str
    division: str
    status: str
    member_id: UUID | None
    reference: str | None
    name: str | None
    id_number_sealed: bytes | None


class NameReading(NamedTuple):
    """A way to type a name."""

    name: str
    reading: str


class UnreadName(NamedTuple):
    """A name that somebody wrote, until it has been read."""

    id: Big
    name: str


purpose = table("purpose", PurposeRow)
disclosure = table("disclosure", DisclosureRow)
name_reading = table("name_reading", NameReading)
unread_name = table("unread_name", UnreadName)
