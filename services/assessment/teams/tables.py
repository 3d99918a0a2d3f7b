"""Columns as statements see them; the migration makes them."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import DATERANGE

METADATA = MetaData()

place = Table(
    "place",
    METADATA,
    Column("division", Text, primary_key=True),
    Column("lat_e6", Integer),
    Column("lon_e6", Integer),
    Column("set_on", Date),
    Column("set_by", Text),
)
unit = Table(
    "unit",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("code", Text),
    Column("name_zh", Text),
    Column("kind", Text),
    Column("division", Text),
    Column("set_on", Date),
    Column("set_by", Text),
)
cadre = Table(
    "cadre",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("subject", Text),
    Column("unit_id", Uuid),
    Column("role", Text),
    Column("division", Text),
    Column("starts_on", Date),
    Column("set_on", Date),
    Column("set_by", Text),
)
pairing = Table(
    "pairing",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("household_id", Uuid),
    Column("division", Text),
    Column("cadre_id", Uuid),
    Column("valid", DATERANGE),
    Column("assigned_on", Date),
    Column("assigned_by", Text),
)
leave = Table(
    "leave",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("cadre_id", Uuid),
    Column("division", Text),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("recorded_on", Date),
    Column("recorded_by", Text),
)


class ListedUnit(NamedTuple):
    id: UUID
    code: str
    name_zh: str
    kind: str
    division: str


class ListedCadre(NamedTuple):
    id: UUID
    subject: str | None
    unit_id: UUID
    role: str
    division: str
    starts_on: date


class ListedPairing(NamedTuple):
    id: UUID
    household_id: UUID
    division: str
    cadre_id: UUID
    starts_on: date
    ends_on: date | None


class HelpedHousehold(NamedTuple):
    household_id: UUID
    division: str
    status: str
    pairing_id: UUID
    starts_on: date
