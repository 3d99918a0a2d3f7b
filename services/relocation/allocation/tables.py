"""Columns as statements see them; the migrations make them."""

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

METADATA = MetaData()

allocation_round = Table(
    "allocation_round", METADATA,
    Column("id", Uuid, primary_key=True), Column("cohort", Integer), Column("state", Text),
    Column("site_ids", ARRAY(Text)), Column("snapshot_on", Date), Column("inputs_hash", Text), Column("lots", Integer),
    Column("units", Integer), Column("notice_days", Integer), Column("frozen_by", Text), Column("seed", Text),
    Column("seed_on", Date), Column("seed_by", Text), Column("drawn_on", Date), Column("drawn_by", Text),
    Column("result_hash", Text), Column("allocated", Integer),
)  # fmt: skip
allocation_draw = Table(
    "allocation_draw", METADATA,
    Column("round_id", Uuid, primary_key=True), Column("draw_no", Integer, primary_key=True),
    Column("inputs", JSONB), Column("inputs_hash", Text), Column("result", JSONB), Column("result_hash", Text),
    Column("drawn_on", Date),
)  # fmt: skip
allocation_lot = Table(
    "allocation_lot", METADATA,
    Column("round_id", Uuid, primary_key=True), Column("lot", Text, primary_key=True), Column("application_id", Uuid),
    Column("household_id", Uuid), Column("division", Text), Column("members", Integer),
    Column("needs_accessible", Boolean), Column("village", Text),
)  # fmt: skip
allocation_swap = Table(
    "allocation_swap", METADATA,
    Column("id", Uuid, primary_key=True), Column("first_allocation_id", Uuid), Column("second_allocation_id", Uuid),
    Column("swapped_on", Date), Column("swapped_by", Text),
)  # fmt: skip
allocation = Table(
    "allocation", METADATA,
    Column("id", Uuid, primary_key=True), Column("round_id", Uuid), Column("draw_no", Integer), Column("lot", Text),
    Column("application_id", Uuid), Column("household_id", Uuid), Column("division", Text), Column("cohort", Integer),
    Column("unit_id", Uuid), Column("members", Integer), Column("cap_m2_x100", Integer),
    Column("area_m2_x100", Integer), Column("accessible", Boolean), Column("needs_accessible", Boolean),
    Column("building_accepted", Boolean), Column("state", Text), Column("allocated_on", Date),
    Column("notice_ends_on", Date), Column("key_handed_on", Date), Column("moved_in_on", Date),
    Column("swap_id", Uuid), Column("released_on", Date), Column("released_reason", Text),
)  # fmt: skip
