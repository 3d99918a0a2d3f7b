"""The gateway's ground: the shared tables."""

from shared.data.ddl.m0001 import create_shared_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_shared_tables("gateway")
