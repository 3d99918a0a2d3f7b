"""Columns as statements see them; the migrations make them."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData()

bank_event = Table(
    "bank_event", METADATA,
    Column("id", Uuid, primary_key=True), Column("bank", Text), Column("serial", Text), Column("kind", Text),
    Column("loan_id", Uuid), Column("loan_no", Text), Column("division", Text), Column("occurred_on", Date),
    Column("content", JSONB), Column("state", Text), Column("code", Text), Column("position", Integer),
    Column("received_on", Date), Column("received_at", DateTime(timezone=True)),
)  # fmt: skip
interest_period = Table(
    "interest_period", METADATA,
    Column("id", Uuid, primary_key=True), Column("event_id", Uuid), Column("loan_id", Uuid),
    Column("division", Text), Column("bank", Text), Column("period_start_on", Date), Column("period_end_on", Date),
    Column("rate_ppm", BigInteger), Column("posted_fen", BigInteger), Column("due_fen", BigInteger),
    Column("difference_fen", BigInteger),
)  # fmt: skip
overdue_spell = Table(
    "overdue_spell", METADATA,
    Column("id", Uuid, primary_key=True), Column("loan_id", Uuid), Column("division", Text), Column("bank", Text),
    Column("start_on", Date), Column("end_on", Date),
)  # fmt: skip
