"""Columns as statements see them; the migration makes them."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData()

exit_case = Table(
    "exit_case", METADATA,
    Column("id", Uuid, primary_key=True), Column("household_id", Uuid), Column("division", Text),
    Column("year", Integer),
    Column("state", Text), Column("members", Integer), Column("proposed_on", Date), Column("proposed_by", Text),
    Column("reviewed_by", Text), Column("checked_by", Text),
    Column("notice_posted_on", Date),
    Column("notice_ends_on", Date), Column("township_checked_by", Text), Column("decided_by", Text),
    Column("decision_id", Uuid), Column("announced_by", Text), Column("announced_on", Date),
    Column("ended_code", Text), Column("version", BigInteger),
)  # fmt: skip
exit_step = Table(
    "exit_step", METADATA,
    Column("id", Uuid, primary_key=True), Column("exit_id", Uuid), Column("division", Text), Column("step", Text),
    Column("outcome", Text), Column("acted_on", Date), Column("acted_by", Text), Column("role", Text),
    Column("detail", JSONB), Column("recorded_at", DateTime(timezone=True)),
)  # fmt: skip
exit_objection = Table(
    "exit_objection", METADATA,
    Column("id", Uuid, primary_key=True), Column("exit_id", Uuid), Column("division", Text),
    Column("raised_on", Date),
    Column("raised_by", Text), Column("reason", Text), Column("resolved_on", Date), Column("resolved_by", Text),
    Column("upheld", Boolean),
)  # fmt: skip
