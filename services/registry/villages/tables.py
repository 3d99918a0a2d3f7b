"""Columns as statements see them; the migrations make them, and a test holds the two against each other."""

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import DATERANGE, TSTZRANGE

METADATA = MetaData()

village_facility = Table(
    "village_facility", METADATA,
    Column("id", Uuid, primary_key=True), Column("division", Text), Column("item", Text), Column("valid", DATERANGE),
    Column("known", TSTZRANGE), Column("met", Boolean), Column("stated_by", Text),
    Column("weight", Text),
)  # fmt: skip
village_exit = Table(
    "village_exit", METADATA,
    Column("id", Uuid, primary_key=True), Column("division", Text), Column("state", Text),
    Column("proposed_on", Date), Column("proposed_by", Text), Column("noticed_on", Date), Column("noticed_by", Text),
    Column("notice_ends_on", Date), Column("decided_on", Date), Column("decided_by", Text),
    Column("decision_id", Uuid), Column("poor_people", Integer), Column("rural_people", Integer),
    Column("announced_on", Date), Column("announced_by", Text),
)  # fmt: skip
