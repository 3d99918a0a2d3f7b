"""Columns as statements see them; the migration makes them."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, MetaData, Table, Text, Uuid

METADATA = MetaData()

post = Table(
    "post", METADATA,
    Column("id", Uuid, primary_key=True), Column("division", Text), Column("kind", Text),
    Column("monthly_fen", BigInteger), Column("reserved_for_relocated", Boolean), Column("employer_code", Text),
    Column("created_on", Date), Column("created_by", Text),
)  # fmt: skip
post_assignment = Table(
    "post_assignment", METADATA,
    Column("id", Uuid, primary_key=True), Column("post_id", Uuid), Column("household_id", Uuid),
    Column("division", Text), Column("starts_on", Date), Column("state", Text), Column("proposed_on", Date),
    Column("proposed_by", Text), Column("checked_on", Date), Column("checked_by", Text), Column("approved_on", Date),
    Column("approved_by", Text), Column("decision_id", Uuid), Column("ended_on", Date), Column("ended_reason", Text),
    Column("version", BigInteger),
)  # fmt: skip
post_attendance = Table(
    "post_attendance", METADATA,
    Column("id", Uuid, primary_key=True), Column("assignment_id", Uuid), Column("household_id", Uuid),
    Column("division", Text), Column("month_on", Date), Column("days", Integer), Column("recorded_on", Date),
    Column("recorded_by", Text),
)  # fmt: skip
