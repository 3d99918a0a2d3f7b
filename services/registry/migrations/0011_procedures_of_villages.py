"""Villages' exits are led by the shared engine: their steps are logged, their cases say since when."""

from shared.data.ddl.m0003 import make_cases

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_cases(
        "village_exit",
        "coalesce(announced_on, decided_on, noticed_on, proposed_on)",
        ("proposed", "noticed", "approved"),
    )
