"""Columns as statements see them; the migrations make them, and a test holds the two against each other."""

from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

METADATA = MetaData()

subscription = Table(
    "subscription",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("owner_subject", Text),
    Column("url", Text),
    Column("secret_sealed", LargeBinary),
    Column("types", ARRAY(Text)),
    Column("state", Text),
    Column("from_position", BigInteger),
    Column("created_at", DateTime(timezone=True)),
)
delivery = Table(
    "delivery",
    METADATA,
    Column("subscription_id", Uuid, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("owner_subject", Text),
    Column("key", Text),
    Column("state", Text),
    Column("attempts", Integer),
    Column("fence", BigInteger),
    Column("next_attempt_at", DateTime(timezone=True)),
    Column("lease_until", DateTime(timezone=True)),
    Column("last_status", Integer),
    Column("last_error", Text),
    Column("delivered_at", DateTime(timezone=True)),
)
