"""What documents say of this service's figures, proposed and confirmed."""

from shared.data.ddl.m0009 import create_policy_tables

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_policy_tables("assessment")
