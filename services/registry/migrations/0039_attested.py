"""What a file says no longer of attested facts is marked so."""

from shared.data.ddl import run

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

TAKEN_BACK = """
ALTER TABLE overruled_word ADD COLUMN taken_back_on date CHECK (weight = 'match');
"""


def upgrade() -> None:
    run(TAKEN_BACK)
