"""Columns as statements see them; the migrations make them, and a test holds the two against each other."""

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text

METADATA = MetaData()

target = Table(
    "target",
    METADATA,
    Column("code", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("division", Text, primary_key=True),
    Column("planned", BigInteger),
    Column("unit", Text),
    Column("set_on", Date),
    Column("set_by", Text),
)
