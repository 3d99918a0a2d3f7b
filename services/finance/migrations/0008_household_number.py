"""The household's number, by which people know it here too."""

from shared.data.ddl.m0005 import number_households

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number_households()
