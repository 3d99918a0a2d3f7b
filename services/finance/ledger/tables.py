"""Columns as statements see them; the migrations make them."""

from sqlalchemy import BigInteger, Column, Date, DateTime, MetaData, SmallInteger, Table, Text, Uuid

METADATA = MetaData()

journal = Table(
    "journal", METADATA,
    Column("id", Uuid, primary_key=True), Column("kind", Text), Column("loan_id", Uuid), Column("division", Text),
    Column("bank", Text), Column("booked_on", Date), Column("source_key", Text), Column("memo", Text),
    Column("recorded_by", Text), Column("recorded_at", DateTime(timezone=True)),
)  # fmt: skip
posting = Table(
    "posting", METADATA,
    Column("journal_id", Uuid, primary_key=True), Column("position", SmallInteger, primary_key=True),
    Column("account", Text), Column("loan_id", Uuid), Column("division", Text), Column("bank", Text),
    Column("booked_on", Date), Column("debit_fen", BigInteger), Column("credit_fen", BigInteger),
)  # fmt: skip
