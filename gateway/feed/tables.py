"""Columns as statements see them; the migrations make them, and a test holds the two against each other."""

from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table, Text

METADATA = MetaData()

exit_fact = Table(
    "exit_fact",
    METADATA,
    Column("position", BigInteger, primary_key=True),
    Column("epoch", BigInteger),
    Column("event_id", Text),
    Column("key", Text),
    Column("type", Text),
    Column("event", Text),
    Column("published_at", DateTime(timezone=True)),
)
