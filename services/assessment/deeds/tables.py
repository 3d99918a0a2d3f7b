"""Columns as statements see them; the migration makes them."""

from sqlalchemy import BigInteger, Column, Date, MetaData, Table, Text, Uuid

METADATA = MetaData()

deed = Table(
    "deed",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("source_key", Text, primary_key=True),
    Column("household_id", Uuid),
    Column("division", Text),
    Column("happened_on", Date),
    Column("amount_fen", BigInteger),
)
