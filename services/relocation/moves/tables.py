"""Columns as statements see them; the migrations make them."""

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, Text, Uuid

METADATA = MetaData()

move_report = Table(
    "move_report", METADATA,
    Column("id", Uuid, primary_key=True), Column("allocation_id", Uuid), Column("application_id", Uuid),
    Column("division", Text), Column("moved_in_on", Date), Column("photo_sha256", Text),
    Column("power_kwh_x100", Integer), Column("reported_on", Date), Column("reported_by", Text),
    Column("confirmed", Boolean), Column("confirmed_on", Date), Column("confirmed_by", Text),
)  # fmt: skip
