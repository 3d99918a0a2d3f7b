"""Columns as statements see them; the migrations make them."""

from sqlalchemy import Column, Date, MetaData, Table, Text, Uuid

METADATA = MetaData()

loan_hold = Table(
    "loan_hold", METADATA,
    Column("id", Uuid, primary_key=True), Column("loan_id", Uuid), Column("household_id", Uuid),
    Column("division", Text), Column("bank", Text), Column("kind", Text), Column("source_key", Text),
    Column("raised_on", Date), Column("raised_by", Text), Column("confirmed_on", Date),
    Column("confirmed_by", Text), Column("released_on", Date), Column("released_by", Text),
    Column("release_reason", Text),
)  # fmt: skip
