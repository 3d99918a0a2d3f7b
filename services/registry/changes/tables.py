"""Columns as statements see them; the migrations make them, and a test holds the two against each other."""

from sqlalchemy import Column, Date, MetaData, Table, Text, Uuid

METADATA = MetaData()

departure = Table(
    "departure", METADATA,
    Column("id", Uuid, primary_key=True), Column("household_id", Uuid), Column("member_id", Uuid),
    Column("division", Text), Column("reason", Text), Column("left_on", Date), Column("state", Text),
    Column("reported_on", Date), Column("reported_by", Text), Column("decided_on", Date), Column("decided_by", Text),
)  # fmt: skip
removal = Table(
    "removal", METADATA,
    Column("id", Uuid, primary_key=True), Column("household_id", Uuid), Column("division", Text),
    Column("reason", Text), Column("evidence", Text), Column("state", Text), Column("proposed_on", Date),
    Column("proposed_by", Text), Column("decided_on", Date), Column("decided_by", Text),
)  # fmt: skip
