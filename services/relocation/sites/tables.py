"""Columns as statements see them; the migrations make them."""

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, Text, Uuid

METADATA = MetaData()

site = Table(
    "site", METADATA,
    Column("id", Uuid, primary_key=True), Column("name_zh", Text), Column("name_en", Text), Column("division", Text),
    Column("kind", Text), Column("declared_on", Date), Column("declared_by", Text),
)  # fmt: skip
building = Table(
    "building", METADATA,
    Column("id", Uuid, primary_key=True), Column("site_id", Uuid), Column("block", Text), Column("floors", Integer),
    Column("state", Text), Column("declared_on", Date), Column("declared_by", Text), Column("inspected_on", Date),
    Column("inspected_by", Text),
)  # fmt: skip
site_unit = Table(
    "site_unit", METADATA,
    Column("id", Uuid, primary_key=True), Column("building_id", Uuid), Column("pair_no", Text),
    Column("flats", Integer), Column("area_m2_x100", Integer), Column("accessible", Boolean),
    Column("accepted", Boolean), Column("state", Text),
)  # fmt: skip
flat = Table(
    "flat", METADATA,
    Column("id", Uuid, primary_key=True), Column("building_id", Uuid), Column("unit_id", Uuid),
    Column("flat_no", Text), Column("floor", Integer), Column("area_m2_x100", Integer), Column("accessible", Boolean),
    Column("pair_no", Text), Column("declared_on", Date), Column("declared_by", Text),
)  # fmt: skip
