"""Columns as statements see them; the migration makes them."""

from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, Uuid

METADATA = MetaData()

training_class = Table(
    "training_class", METADATA,
    Column("id", Uuid, primary_key=True), Column("course", Text), Column("provider_code", Text),
    Column("division", Text), Column("starts_on", Date), Column("days", Integer), Column("employer_code", Text),
    Column("created_on", Date), Column("created_by", Text),
)  # fmt: skip
training_attendance = Table(
    "training_attendance", METADATA,
    Column("id", Uuid, primary_key=True), Column("class_id", Uuid), Column("household_id", Uuid),
    Column("division", Text), Column("trainee", Text), Column("days", Integer), Column("recorded_on", Date),
    Column("recorded_by", Text),
)  # fmt: skip
training_certificate = Table(
    "training_certificate", METADATA,
    Column("id", Uuid, primary_key=True), Column("attendance_id", Uuid), Column("household_id", Uuid),
    Column("division", Text), Column("certificate_no", Text), Column("issued_on", Date), Column("state", Text),
    Column("recorded_on", Date), Column("recorded_by", Text), Column("accepted_on", Date),
    Column("accepted_by", Text),
)  # fmt: skip
