"""Households of which something is suspected are given nothing new."""

from shared.data.ddl.m0008 import create_suspicion_table

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_suspicion_table("relocation")
