"""Columns as statements see them; the migrations make them, and a test holds the two against each other."""

from sqlalchemy import Column, Date, MetaData, Table, Text, Uuid

METADATA = MetaData()

measure = Table(
    "measure",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("household_id", Uuid),
    Column("division", Text),
    Column("kind", Text),
    Column("source", Text),
    Column("started_on", Date),
    Column("ended_on", Date),
)
