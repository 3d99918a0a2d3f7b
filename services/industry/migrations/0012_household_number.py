"""The household's number, by which the lines of a payment file go."""

from shared.data.ddl.m0005 import number_households

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number_households()
