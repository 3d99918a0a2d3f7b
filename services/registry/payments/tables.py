"""Columns as statements see them; the migrations make them, and a test holds the two against each other."""

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text, Uuid

METADATA = MetaData()

income_payment = Table(
    "income_payment", METADATA,
    Column("payment_id", Uuid, primary_key=True), Column("household_id", Uuid), Column("division", Text),
    Column("income_year", Integer), Column("category", Text), Column("payer", Text),
    Column("amount_fen", BigInteger), Column("paid_on", Date),
)  # fmt: skip
