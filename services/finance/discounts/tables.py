"""Columns as statements see them; the migrations make them."""

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData()

discount_claim = Table(
    "discount_claim", METADATA,
    Column("id", Uuid, primary_key=True), Column("division", Text), Column("bank", Text),
    Column("quarter_end_on", Date), Column("state", Text), Column("lines", Integer),
    Column("amount_fen", BigInteger), Column("made_by", Text), Column("made_on", Date),
    Column("checked_by", Text), Column("checked_on", Date),
)  # fmt: skip
discount_line = Table(
    "discount_line", METADATA,
    Column("id", Uuid, primary_key=True), Column("claim_id", Uuid), Column("interest_period_id", Uuid),
    Column("loan_id", Uuid), Column("household_id", Uuid), Column("division", Text), Column("bank", Text),
    Column("posted_fen", BigInteger), Column("amount_fen", BigInteger), Column("outcome", Text),
    Column("missing", JSONB), Column("decision_id", Uuid),
)  # fmt: skip
