"""Columns as statements see them; the migration makes them."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Column, Date, MetaData, Table, Text, Uuid

METADATA = MetaData()

fraud_case = Table(
    "fraud_case",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("division", Text),
    Column("kind", Text),
    Column("evidence", Text),
    Column("state", Text),
    Column("opened_on", Date),
    Column("opened_by", Text),
    Column("decided_on", Date),
    Column("decided_by", Text),
)
case_subject = Table(
    "case_subject",
    METADATA,
    Column("case_id", Uuid, primary_key=True),
    Column("subject_id", Uuid, primary_key=True),
    Column("subject_kind", Text),
    Column("division", Text),
)
case_household = Table(
    "case_household",
    METADATA,
    Column("case_id", Uuid, primary_key=True),
    Column("household_id", Uuid, primary_key=True),
    Column("division", Text),
    Column("case_division", Text),
    Column("opened_by", Text),
    Column("confirmed_on", Date),
    Column("reviewed_on", Date),
    Column("reviewed_by", Text),
)


class ListedCase(NamedTuple):
    id: UUID
    division: str
    kind: str
    state: str
    opened_on: date
    decided_on: date | None
