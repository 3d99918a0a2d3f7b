"""Who lives in a household and who helps it; helpers, villagers and entities see the rows that they are bound to."""

from shared.data.ddl.m0006 import (
    BOUND,
    create_bond_tables,
    create_revocation_table,
    narrow,
    narrow_to,
    open_to_the_narrowed,
)

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OF_HOUSEHOLD = f"subject_id = ANY (ARRAY(SELECT household_id::text FROM ({BOUND['villager']}) b))"  # noqa: S608 - our names
OF_LOAN = "loan_id = ANY (ARRAY(SELECT id FROM loan))"
OF_LOANS = ("discount_line", "loan_hold", "loan_application", "loan")
# A bank's events and the book follow their loan.
BEHIND_LOANS = ("bank_event", "interest_period", "overdue_spell", "journal", "posting")


def upgrade() -> None:
    create_bond_tables("finance")
    create_revocation_table("finance")
    open_to_the_narrowed("finance")
    narrow("household", "id")
    # A helper learns nothing of loans.
    mine = f"household_id = ANY (ARRAY({BOUND['villager']}))"
    rows = {"decision": OF_HOUSEHOLD, **dict.fromkeys(OF_LOANS, mine), **dict.fromkeys(BEHIND_LOANS, OF_LOAN)}
    for table, condition in (rows | {"discount_claim": "false"}).items():
        narrow_to(table, "villager", condition)
        narrow_to(table, "helper", "false")
        narrow_to(table, "entity", "false")
