"""Columns as statements see them; the migrations make them, and a test holds the two against each other."""

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData()

roster_import = Table(
    "roster_import",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("division", Text),
    Column("state", Text),
    Column("income_year", Integer),
    Column("business_date", Date),
    Column("submitted_by", Text),
    Column("sha256", Text),
    Column("file_sealed", LargeBinary),
    Column("people", Integer),
    Column("households", Integer),
    Column("accepted_households", Integer),
    Column("rejected_households", Integer),
    Column("problem", JSONB),
    Column("attempts", Integer),
    Column("submitted_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
)
roster_finding = Table(
    "roster_finding",
    METADATA,
    Column("import_id", Uuid, primary_key=True),
    Column("division", Text),
    Column("position", Integer, primary_key=True),
    Column("row", Integer),
    Column("household_no", Text),
    Column("column", Text),
    Column("kind", Text),
    Column("code", Text),
    Column("rejects", Boolean),
)
