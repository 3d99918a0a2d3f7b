"""What documents say of this service's figures, proposed and confirmed."""

from shared.data.ddl.m0009 import create_policy_tables

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_policy_tables("relocation")
