"""Columns as statements see them; the migrations make them, and a test holds the two against each other."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, TSTZRANGE

METADATA = MetaData()

household = Table(
    "household", METADATA,
    Column("id", Uuid, primary_key=True), Column("household_no", Text), Column("division", Text),
    Column("status", Text), Column("registered_on", Date), Column("exited_on", Date), Column("exited_year", Integer),
    Column("relocation_cohort", Integer), Column("relocated", Boolean), Column("version", BigInteger),
    Column("moved_in_on", Date),
)  # fmt: skip
household_fact = Table(
    "household_fact", METADATA,
    Column("id", Uuid, primary_key=True), Column("household_id", Uuid), Column("division", Text),
    Column("valid", DATERANGE), Column("known", TSTZRANGE), Column("attribute", Text), Column("main_cause", Text),
    Column("other_causes", JSONB), Column("deep_poverty", Boolean), Column("natural_village", Text),
    Column("house_area_m2_x100", Integer), Column("house_grade", Text), Column("safe_water", Boolean),
    Column("electricity", Boolean), Column("food_secure", Boolean), Column("clothing_secure", Boolean),
    Column("school_dropout", Boolean), Column("medical_insured", Boolean),
    Column("unfinished_major_illness", Boolean), Column("only_subsidies", Boolean), Column("stated_by", Text),
    Column("weight", Text),
)  # fmt: skip
household_contact = Table(
    "household_contact", METADATA,
    Column("household_id", Uuid, primary_key=True), Column("division", Text),
    Column("phone_sealed", LargeBinary), Column("account_sealed", LargeBinary),
)  # fmt: skip
member = Table(
    "member", METADATA,
    Column("id", Uuid, primary_key=True), Column("household_id", Uuid), Column("division", Text),
    Column("id_number_sealed", LargeBinary), Column("reference", Text),
)  # fmt: skip
member_fact = Table(
    "member_fact", METADATA,
    Column("id", Uuid, primary_key=True), Column("member_id", Uuid), Column("household_id", Uuid),
    Column("division", Text), Column("valid", DATERANGE), Column("known", TSTZRANGE), Column("name", Text),
    Column("sex", Text), Column("born_on", Date), Column("relation", Text), Column("ethnicity", Text),
    Column("education", Text), Column("school_status", Text), Column("health", Text), Column("labour", Text),
    Column("work_place", Text), Column("work_months", SmallInteger), Column("medical_insured", Boolean),
    Column("pension_insured", Boolean), Column("weight", Text),
)  # fmt: skip
person_index = Table(
    "person_index", METADATA,
    Column("key_id", Text, primary_key=True), Column("digest", LargeBinary, primary_key=True),
    Column("member_id", Uuid), Column("division", Text),
)  # fmt: skip
income_line = Table(
    "income_line", METADATA,
    Column("id", Uuid, primary_key=True), Column("household_id", Uuid), Column("division", Text),
    Column("income_year", Integer), Column("category", Text), Column("kind", Text), Column("payer", Text),
    Column("amount_fen", BigInteger), Column("known", TSTZRANGE), Column("stated_on", Date),
    Column("stated_by", Text), Column("weight", Text),
)  # fmt: skip
