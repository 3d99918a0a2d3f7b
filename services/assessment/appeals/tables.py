"""Columns as statements see them; the migration makes them."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, Uuid

METADATA = MetaData()

appeal = Table(
    "appeal",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("run_id", Uuid),
    Column("subject_id", Uuid),
    Column("kind", Text),
    Column("division", Text),
    Column("year", Integer),
    Column("code", Text),
    Column("reason", Text),
    Column("raised_on", Date),
    Column("raised_by", Text),
    Column("computed_by", Text),
    Column("published_by", Text),
    Column("state", Text),
    Column("points_x100", Integer),
    Column("decided_on", Date),
    Column("decided_by", Text),
)


class ListedAppeal(NamedTuple):
    id: UUID
    subject_id: UUID
    kind: str
    year: int
    code: str
    reason: str
    state: str
    raised_on: date
    decided_on: date | None
    points_x100: int | None
