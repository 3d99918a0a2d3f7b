"""Who lives in a household and who helps it; helpers, villagers and entities see the rows that they are bound to."""

from shared.data.ddl.m0006 import (
    create_bond_tables,
    create_revocation_table,
    narrow,
    narrow_decisions,
    open_to_the_narrowed,
)

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NARROWED = ("home_place", "case_household", "deed", "survey_candidate", "survey_sample", "pairing", "visit")


def upgrade() -> None:
    create_bond_tables("assessment")
    create_revocation_table("assessment")
    open_to_the_narrowed("assessment")
    narrow("household", "id")
    narrow_decisions()
    for table in NARROWED:
        narrow(table)
