"""Who lives in a household and who helps it; helpers, villagers and entities see the rows that they are bound to."""

from shared.data.ddl.m0006 import (
    BOUND,
    create_bond_tables,
    create_paper_table,
    create_revocation_table,
    narrow,
    narrow_decisions,
    narrow_to,
    open_to_the_narrowed,
)

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NARROWED = (
    "reversal",
    "paper",
    "amendment",
    "departure",
    "removal",
    "household_fact",
    "household_contact",
    "member",
    "member_fact",
    "income_line",
    "measure",
    "income_payment",
    "resolution",
)


def upgrade() -> None:
    create_bond_tables("registry")
    create_revocation_table("registry")
    create_paper_table("registry")
    open_to_the_narrowed("registry")
    narrow("household", "id")
    narrow_decisions()
    for table in NARROWED:
        narrow(table)
    # What is on notice everybody of the village may read, and object to.
    for role, bound in BOUND.items():
        narrow_to(
            "exit_case", role, f"household_id = ANY (ARRAY({bound}))" + " OR state = 'noticed'" * (role == "villager")
        )
    narrow_to("exit_case", "entity", "false")
