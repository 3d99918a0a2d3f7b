"""Columns as statements see them; the migrations make them."""

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData()

loan_application = Table(
    "loan_application", METADATA,
    Column("id", Uuid, primary_key=True), Column("household_id", Uuid), Column("division", Text),
    Column("bank", Text), Column("amount_fen", BigInteger), Column("term_months", Integer),
    Column("purpose", Text), Column("status", Text), Column("missing", JSONB), Column("decision_id", Uuid),
    Column("applied_on", Date), Column("applied_by", Text),
)  # fmt: skip
loan = Table(
    "loan", METADATA,
    Column("id", Uuid, primary_key=True), Column("loan_no", Text), Column("household_id", Uuid),
    Column("division", Text), Column("bank", Text), Column("state", Text), Column("amount_fen", BigInteger),
    Column("term_months", Integer), Column("rate_ppm", BigInteger), Column("approved_on", Date),
    Column("decided_on", Date), Column("disbursed_on", Date), Column("due_on", Date), Column("settled_on", Date),
    Column("disbursed_fen", BigInteger), Column("principal_fen", BigInteger), Column("interest_fen", BigInteger),
    Column("interest_owed_fen", BigInteger), Column("penalty_fen", BigInteger),
    Column("overdue_fen", BigInteger), Column("overdue_since", Date), Column("version", BigInteger),
)  # fmt: skip
