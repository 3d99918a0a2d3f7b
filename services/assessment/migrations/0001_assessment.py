"""The shared tables, and what is known of households."""

from shared.data.ddl.m0001 import create_household_table, create_shared_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_shared_tables("assessment")
    create_household_table("assessment")
