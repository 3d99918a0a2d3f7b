"""Columns as statements see them; the migration makes them."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, Text, Uuid

METADATA = MetaData()

survey_round = Table(
    "survey_round",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("division", Text),
    Column("year", Integer),
    Column("seed", Text),
    Column("per_unit", Integer),
    Column("state", Text),
    Column("opened_on", Date),
    Column("opened_by", Text),
    Column("closed_on", Date),
    Column("closed_by", Text),
)
survey_candidate = Table(
    "survey_candidate",
    METADATA,
    Column("round_id", Uuid, primary_key=True),
    Column("household_id", Uuid, primary_key=True),
    Column("unit_id", Uuid),
    Column("cadre_id", Uuid),
    Column("division", Text),
    Column("stratum", Text),
)
survey_sample = Table(
    "survey_sample",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("round_id", Uuid),
    Column("household_id", Uuid),
    Column("unit_id", Uuid),
    Column("cadre_id", Uuid),
    Column("division", Text),
    Column("stratum", Text),
)
survey_answer = Table(
    "survey_answer",
    METADATA,
    Column("sample_id", Uuid, primary_key=True),
    Column("division", Text),
    Column("satisfied", Boolean),
    Column("aware", Boolean),
    Column("visited_often", Boolean),
    Column("answered_on", Date),
    Column("recorded_on", Date),
    Column("recorded_by", Text),
)


class Drawn(NamedTuple):
    id: UUID
    round_id: UUID
    household_id: UUID
    division: str
    stratum: str
    answered: bool
