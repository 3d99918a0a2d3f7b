"""Columns as statements see them; the migrations make them."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, MetaData, Table, Text, Uuid

METADATA = MetaData()

loan_known = Table(
    "loan_known", METADATA,
    Column("loan_id", Uuid, primary_key=True), Column("household_id", Uuid), Column("division", Text),
    Column("amount_fen", BigInteger), Column("state", Text),
)  # fmt: skip
dividend_agreement = Table(
    "dividend_agreement", METADATA,
    Column("id", Uuid, primary_key=True), Column("household_id", Uuid), Column("division", Text),
    Column("loan_id", Uuid), Column("entity_code", Text), Column("entity_kind", Text),
    Column("principal_fen", BigInteger), Column("floor_fen", BigInteger), Column("years", Integer),
    Column("signed_on", Date), Column("consent", Boolean), Column("participation", Text),
    Column("interest_bearer", Text), Column("state", Text), Column("ended_on", Date),
    Column("ended_reason", Text), Column("decision_id", Uuid), Column("recorded_by", Text),
)  # fmt: skip
dividend_due = Table(
    "dividend_due", METADATA,
    Column("agreement_id", Uuid, primary_key=True), Column("due_on", Date, primary_key=True),
    Column("household_id", Uuid), Column("division", Text), Column("owed_fen", BigInteger),
    Column("paid_fen", BigInteger), Column("topped_up_fen", BigInteger),
    Column("missed_on", Date),
)  # fmt: skip
dividend_payment = Table(
    "dividend_payment", METADATA,
    Column("id", Uuid, primary_key=True), Column("agreement_id", Uuid), Column("due_on", Date),
    Column("division", Text), Column("amount_fen", BigInteger), Column("paid_on", Date), Column("recorded_by", Text),
)  # fmt: skip
dividend_top_up = Table(
    "dividend_top_up", METADATA,
    Column("id", Uuid, primary_key=True), Column("year", Integer), Column("division", Text),
    Column("agreements", Integer), Column("amount_fen", BigInteger), Column("made_by", Text),
    Column("made_on", Date),
)  # fmt: skip
