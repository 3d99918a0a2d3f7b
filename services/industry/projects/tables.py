"""Columns as statements see them; the migration makes them."""

from sqlalchemy import BigInteger, Boolean, Column, Date, MetaData, Table, Text, Uuid

METADATA = MetaData()

entity = Table(
    "entity", METADATA,
    Column("id", Uuid, primary_key=True), Column("code", Text), Column("name_zh", Text), Column("kind", Text),
    Column("leads", Boolean), Column("set_on", Date), Column("set_by", Text),
)  # fmt: skip
project = Table(
    "project", METADATA,
    Column("id", Uuid, primary_key=True), Column("kind", Text), Column("unit", Text), Column("division", Text),
    Column("entity_id", Uuid), Column("planned_x100", BigInteger), Column("budget_fen", BigInteger),
    Column("item", Text), Column("created_on", Date), Column("created_by", Text), Column("report_id", Uuid),
    Column("reported_x100", BigInteger), Column("accepted_x100", BigInteger), Column("spent_fen", BigInteger),
    Column("version", BigInteger),
)  # fmt: skip
project_report = Table(
    "project_report", METADATA,
    Column("id", Uuid, primary_key=True), Column("project_id", Uuid), Column("division", Text),
    Column("quantity_x100", BigInteger), Column("reported_on", Date), Column("reported_by", Text),
)  # fmt: skip
project_acceptance = Table(
    "project_acceptance", METADATA,
    Column("report_id", Uuid, primary_key=True), Column("project_id", Uuid), Column("division", Text),
    Column("quantity_x100", BigInteger), Column("accepted_on", Date), Column("accepted_by", Text),
    Column("reported_by", Text),
)  # fmt: skip
project_finding = Table(
    "project_finding", METADATA,
    Column("id", Uuid, primary_key=True), Column("report_id", Uuid), Column("project_id", Uuid),
    Column("division", Text), Column("code", Text), Column("reported_x100", BigInteger),
    Column("accepted_x100", BigInteger), Column("found_on", Date),
)  # fmt: skip
project_spending = Table(
    "project_spending", METADATA,
    Column("id", Uuid, primary_key=True), Column("project_id", Uuid), Column("division", Text),
    Column("amount_fen", BigInteger), Column("spent_on", Date), Column("purpose", Text),
    Column("recorded_on", Date), Column("recorded_by", Text),
)  # fmt: skip
project_participation = Table(
    "project_participation", METADATA,
    Column("id", Uuid, primary_key=True), Column("project_id", Uuid), Column("household_id", Uuid),
    Column("division", Text), Column("quantity_x100", BigInteger), Column("started_on", Date), Column("state", Text),
    Column("reported_on", Date), Column("reported_by", Text), Column("accepted_x100", BigInteger),
    Column("accepted_on", Date), Column("accepted_by", Text),
)  # fmt: skip
