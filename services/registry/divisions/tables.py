"""Columns as statements see them; the migrations make them, and a test holds the two against each other."""

from sqlalchemy import Boolean, Column, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import DATERANGE

METADATA = MetaData()

division = Table(
    "division",
    METADATA,
    Column("code", Text, primary_key=True),
    Column("valid", DATERANGE, primary_key=True),
    Column("name_zh", Text),
    Column("name_en", Text),
    Column("level", Text),
    Column("poor_village", Boolean),
    Column("rural_people", Integer),
)
