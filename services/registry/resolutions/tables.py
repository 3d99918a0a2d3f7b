"""Columns as statements see them; the migration makes them."""

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

METADATA = MetaData()

resolve_grant = Table(
    "resolve_grant",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("purposes", ARRAY(Text)),
    Column("id_numbers", Boolean),
    Column("ends_on", Date),
    Column("granted_on", Date),
    Column("granted_by", Text),
)
resolution = Table(
    "resolution",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("subject", Text),
    Column("role", Text),
    Column("household_id", Uuid),
    Column("purpose", Text),
    Column("reference", Text),
    Column("id_numbers", Boolean),
    Column("people", Integer),
    Column("asked_on", Date),
    Column("correlation_id", Uuid),
    Column("asked_at", DateTime(timezone=True)),
)
