"""Lists take a household's number."""

from shared.data.ddl.m0007 import index_numbers

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    index_numbers()
