"""Columns as statements see them; the migration makes them."""

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

METADATA = MetaData()

visit = Table(
    "visit",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("household_id", Uuid),
    Column("division", Text),
    Column("cadre_id", Uuid),
    Column("visited_on", Date),
    Column("lat_e6", Integer),
    Column("lon_e6", Integer),
    Column("distance_m", Integer),
    Column("note", Text),
    Column("note_digest", Text),
    Column("findings", ARRAY(Text)),
    Column("photo_sha256", Text),
    Column("counts", Boolean),
    Column("late", Boolean),
    Column("reasons", ARRAY(Text)),
    Column("recorded_on", Date),
    Column("recorded_by", Text),
)
checkin = Table(
    "checkin",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("cadre_id", Uuid),
    Column("division", Text),
    Column("checked_on", Date),
    Column("lat_e6", Integer),
    Column("lon_e6", Integer),
    Column("distance_m", Integer),
    Column("counts", Boolean),
    Column("reasons", ARRAY(Text)),
    Column("recorded_on", Date),
    Column("recorded_by", Text),
)
