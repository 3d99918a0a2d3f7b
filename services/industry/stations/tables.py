"""Columns as statements see them; the migrations make them."""

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text, Uuid

METADATA = MetaData()

station = Table(
    "station", METADATA,
    Column("id", Uuid, primary_key=True), Column("name_zh", Text), Column("division", Text), Column("kind", Text),
    Column("capacity_w", BigInteger), Column("connected_on", Date), Column("plan_year", Integer),
    Column("owner_code", Text), Column("listed_on", Date), Column("version", BigInteger),
    Column("coal_due_fen", BigInteger), Column("coal_received_fen", BigInteger),
    Column("subsidy_due_fen", BigInteger), Column("subsidy_received_fen", BigInteger),
    Column("planned_fen", BigInteger),
)  # fmt: skip
station_reading = Table(
    "station_reading", METADATA,
    Column("id", Uuid, primary_key=True), Column("station_id", Uuid), Column("division", Text),
    Column("read_on", Date), Column("total_kwh", BigInteger), Column("read_by", Text),
)  # fmt: skip
station_settlement = Table(
    "station_settlement", METADATA,
    Column("id", Uuid), Column("station_id", Uuid, primary_key=True), Column("division", Text),
    Column("quarter_end_on", Date, primary_key=True), Column("kwh", BigInteger), Column("until_kwh", BigInteger),
    Column("coal_fen", BigInteger), Column("subsidy_fen", BigInteger), Column("made_by", Text),
    Column("made_on", Date),
)  # fmt: skip
station_receipt = Table(
    "station_receipt", METADATA,
    Column("id", Uuid, primary_key=True), Column("station_id", Uuid), Column("division", Text), Column("leg", Text),
    Column("amount_fen", BigInteger), Column("received_on", Date), Column("recorded_by", Text),
)  # fmt: skip
station_finding = Table(
    "station_finding", METADATA,
    Column("id", Uuid, primary_key=True), Column("station_id", Uuid), Column("division", Text),
    Column("month_on", Date), Column("metered_kwh", BigInteger), Column("expected_kwh", BigInteger),
    Column("found_on", Date),
)  # fmt: skip
