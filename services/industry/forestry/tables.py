"""Columns as statements see them; the migration makes them."""

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text, Uuid

METADATA = MetaData()

forest_plot = Table(
    "forest_plot", METADATA,
    Column("id", Uuid, primary_key=True), Column("household_id", Uuid), Column("division", Text),
    Column("area_mu_x100", Integer), Column("planted_on", Date), Column("recorded_on", Date),
    Column("recorded_by", Text),
)  # fmt: skip
forest_acceptance = Table(
    "forest_acceptance", METADATA,
    Column("id", Uuid, primary_key=True), Column("plot_id", Uuid), Column("household_id", Uuid),
    Column("division", Text), Column("year_no", Integer), Column("area_mu_x100", Integer),
    Column("accepted_on", Date), Column("accepted_by", Text), Column("plot_mu_x100", Integer),
    Column("recorded_by", Text), Column("amount_fen", BigInteger),
)  # fmt: skip
forest_coop = Table(
    "forest_coop", METADATA,
    Column("id", Uuid, primary_key=True), Column("code", Text), Column("division", Text), Column("members", Integer),
    Column("poor_members", Integer), Column("set_on", Date), Column("set_by", Text),
)  # fmt: skip
forest_membership = Table(
    "forest_membership", METADATA,
    Column("id", Uuid, primary_key=True), Column("coop_id", Uuid), Column("household_id", Uuid),
    Column("division", Text), Column("joined_on", Date), Column("recorded_on", Date), Column("recorded_by", Text),
)  # fmt: skip
forest_contract = Table(
    "forest_contract", METADATA,
    Column("id", Uuid, primary_key=True), Column("coop_id", Uuid), Column("division", Text),
    Column("area_mu_x100", Integer), Column("contract_fen", BigInteger), Column("labour_fen", BigInteger),
    Column("paid_fen", BigInteger), Column("signed_on", Date), Column("signed_by", Text),
)  # fmt: skip
forest_labour = Table(
    "forest_labour", METADATA,
    Column("id", Uuid, primary_key=True), Column("contract_id", Uuid), Column("coop_id", Uuid),
    Column("household_id", Uuid), Column("division", Text), Column("amount_fen", BigInteger),
    Column("worked_on", Date), Column("recorded_on", Date), Column("recorded_by", Text),
)  # fmt: skip
