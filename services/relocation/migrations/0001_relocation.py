"""The shared tables, and what is known of households."""

from shared.acts.freezes import create_freeze_table
from shared.acts.projection import create_household_table
from shared.data.ddl import create_shared_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_shared_tables("relocation")
    create_household_table("relocation")
    create_freeze_table("relocation")
