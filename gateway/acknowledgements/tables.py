"""Columns as statements see them; the migration makes them."""

from sqlalchemy import Column, Date, DateTime, MetaData, Table, Text

METADATA = MetaData()

acknowledgement = Table(
    "acknowledgement",
    METADATA,
    Column("owner_subject", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("action", Text, primary_key=True),
    Column("acted_on", Date),
    Column("reference", Text),
    Column("acknowledged_at", DateTime(timezone=True)),
)
