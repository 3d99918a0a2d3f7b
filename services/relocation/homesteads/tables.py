"""Columns as statements see them; the migrations make them."""

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text, Uuid

METADATA = MetaData()

homestead = Table(
    "homestead", METADATA,
    Column("application_id", Uuid, primary_key=True), Column("household_id", Uuid), Column("division", Text),
    Column("house_area_m2_x100", Integer), Column("land_mu_x100", Integer), Column("state", Text),
    Column("recorded_on", Date), Column("recorded_by", Text), Column("demolished_on", Date),
    Column("demolition_photo_sha256", Text), Column("demolition_reported_by", Text),
    Column("demolition_accepted_by", Text), Column("demolition_accepted_on", Date), Column("reclaimed_on", Date),
    Column("reclamation_photo_sha256", Text), Column("reclamation_reported_by", Text),
    Column("reclamation_accepted_by", Text), Column("reclamation_accepted_on", Date),
)  # fmt: skip
homestead_reward = Table(
    "homestead_reward", METADATA,
    Column("application_id", Uuid, primary_key=True), Column("kind", Text, primary_key=True),
    Column("household_id", Uuid), Column("division", Text), Column("amount_fen", BigInteger),
    Column("decision_id", Uuid), Column("approved_on", Date),
)  # fmt: skip
