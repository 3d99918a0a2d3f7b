"""Columns as statements see them; the migrations make them."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, MetaData, Table, Text, Uuid

METADATA = MetaData()

station_plan = Table(
    "station_plan", METADATA,
    Column("id", Uuid, primary_key=True), Column("station_id", Uuid), Column("division", Text),
    Column("year", Integer), Column("state", Text), Column("households", Integer), Column("amount_fen", BigInteger),
    Column("drafted_by", Text), Column("drafted_on", Date), Column("approved_by", Text),
    Column("approved_on", Date), Column("filed_by", Text), Column("filed_on", Date),
)  # fmt: skip
station_plan_item = Table(
    "station_plan_item", METADATA,
    Column("plan_id", Uuid, primary_key=True), Column("household_id", Uuid, primary_key=True),
    Column("division", Text), Column("year", Integer), Column("tier", Text), Column("amount_fen", BigInteger),
    Column("reason", Text), Column("decision_id", Uuid), Column("active", Boolean),
)  # fmt: skip
