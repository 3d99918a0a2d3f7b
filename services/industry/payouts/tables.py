"""Columns as statements see them; the migrations make them."""

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

METADATA = MetaData()

payout_due = Table(
    "payout_due", METADATA,
    Column("id", Uuid, primary_key=True), Column("source_key", Text), Column("household_id", Uuid),
    Column("division", Text), Column("purpose", Text), Column("payer", Text), Column("category", Text),
    Column("amount_fen", BigInteger), Column("recorded_on", Date), Column("recorded_by", Text),
)  # fmt: skip
payout_batch = Table(
    "payout_batch", METADATA,
    Column("id", Uuid, primary_key=True), Column("batch_no", Text), Column("division", Text), Column("bank", Text),
    Column("state", Text), Column("purposes", ARRAY(Text)), Column("payer", Text), Column("pay_on", Date),
    Column("lines", Integer), Column("amount_fen", BigInteger), Column("made_by", Text), Column("made_on", Date),
    Column("checked_by", Text), Column("checked_on", Date), Column("closed_on", Date),
)  # fmt: skip
payout_line = Table(
    "payout_line", METADATA,
    Column("id", Uuid, primary_key=True), Column("batch_id", Uuid), Column("line_no", Integer),
    Column("due_id", Uuid), Column("household_id", Uuid), Column("division", Text), Column("bank", Text),
    Column("purpose", Text), Column("payer", Text), Column("category", Text), Column("amount_fen", BigInteger),
    Column("state", Text), Column("code", Text), Column("paid_on", Date), Column("answered_on", Date),
    Column("answered_by", Text),
)  # fmt: skip
