"""Columns as statements see them; the migrations make them."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData()

relocation_application = Table(
    "relocation_application", METADATA,
    Column("id", Uuid, primary_key=True), Column("household_id", Uuid), Column("division", Text),
    Column("cohort", Integer), Column("state", Text), Column("members", Integer), Column("missing", JSONB),
    Column("decision_id", Uuid), Column("applied_on", Date), Column("applied_by", Text), Column("verified_by", Text),
    Column("notice_posted_on", Date), Column("notice_ends_on", Date), Column("agreed_on", Date),
    Column("moved_in_on", Date), Column("ended_on", Date), Column("ended_code", Text), Column("version", BigInteger),
)  # fmt: skip
application_step = Table(
    "application_step", METADATA,
    Column("id", Uuid, primary_key=True), Column("application_id", Uuid), Column("division", Text),
    Column("step", Text), Column("outcome", Text), Column("acted_on", Date), Column("acted_by", Text),
    Column("role", Text), Column("detail", JSONB), Column("recorded_at", DateTime(timezone=True)),
)  # fmt: skip
