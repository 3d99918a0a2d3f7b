"""Nothing: the number was left out once, and a row of numbers without a gap is easier to trust."""

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A database that is past this number never comes here."""
