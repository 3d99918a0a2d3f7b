"""Columns as statements see them; the migration makes them."""

from sqlalchemy import Column, Date, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData()

amendment = Table(
    "amendment",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text),
    Column("household_id", Uuid),
    Column("exit_id", Uuid),
    Column("division", Text),
    Column("reason", Text),
    Column("evidence", Text),
    Column("fell_on", Date),
    Column("corrected", JSONB),
    Column("state", Text),
    Column("proposed_on", Date),
    Column("proposed_by", Text),
    Column("decided_on", Date),
    Column("decided_by", Text),
    Column("decision_id", Uuid),
)
