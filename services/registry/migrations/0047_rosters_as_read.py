"""What was read of a roster is kept until it is taken: what a second person was shown, and not read once more."""

from shared.data.ddl import run

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

KEPT = """
ALTER TABLE roster_import ADD COLUMN read_sealed bytea CHECK (read_sealed IS NULL OR file_sealed IS NOT NULL);
ALTER TABLE roster_import ALTER COLUMN read_sealed SET STORAGE EXTERNAL;
"""


def upgrade() -> None:
    run(KEPT)
