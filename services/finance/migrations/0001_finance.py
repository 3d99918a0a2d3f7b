"""Finance's ground: the shared tables and the projection of households."""

from shared.data.ddl.m0001 import create_household_table, create_shared_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_shared_tables("finance")
    create_household_table("finance")
