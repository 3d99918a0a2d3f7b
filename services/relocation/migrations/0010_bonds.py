"""Who lives in a household and who helps it; helpers, villagers and entities see the rows that they are bound to."""

from shared.data.ddl.m0006 import (
    create_bond_tables,
    create_paper_table,
    create_revocation_table,
    narrow,
    narrow_decisions,
    open_to_the_narrowed,
)

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NARROWED = ("paper", "allocation_lot", "allocation", "relocation_application", "homestead", "homestead_reward")


def upgrade() -> None:
    create_bond_tables("relocation")
    create_revocation_table("relocation")
    create_paper_table("relocation")
    open_to_the_narrowed("relocation")
    narrow("household", "id")
    narrow_decisions()
    for table in NARROWED:
        narrow(table)
