"""Columns as statements see them; the migration makes them."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, MetaData, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData()

scoring_run = Table(
    "scoring_run",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("division", Text),
    Column("year", Integer),
    Column("until_on", Date),
    Column("state", Text),
    Column("computed_on", Date),
    Column("computed_by", Text),
    Column("published_on", Date),
    Column("published_by", Text),
)
score = Table(
    "score",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("run_id", Uuid),
    Column("subject_id", Uuid),
    Column("kind", Text),
    Column("division", Text),
    Column("version", Integer),
    Column("points_x100", Integer),
    Column("reachable_x100", Integer),
    Column("rated_x100", Integer),
    Column("grade", Text),
    Column("rank", Integer),
    Column("vetoed", Boolean),
    Column("decision_id", Uuid),
    Column("appeal_id", Uuid),
    Column("scored_on", Date),
    Column("scored_by", Text),
    Column("recorded_at", DateTime(timezone=True)),
)
score_line = Table(
    "score_line",
    METADATA,
    Column("score_id", Uuid, primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("code", Text),
    Column("subject_id", Uuid),
    Column("division", Text),
    Column("points_x100", Integer),
    Column("max_x100", Integer),
    Column("withheld", Boolean),
    Column("figures", JSONB),
)
standing = Table(
    "standing",
    METADATA,
    Column("run_id", Uuid, primary_key=True),
    Column("subject_id", Uuid, primary_key=True),
    Column("kind", Text),
    Column("division", Text),
    Column("score_id", Uuid),
    Column("rank", Integer),
)


class ShownScore(NamedTuple):
    id: UUID
    subject_id: UUID
    kind: str
    version: int
    points_x100: int
    reachable_x100: int
    rated_x100: int
    grade: str
    scored_on: date
    year: int
    rank: int
