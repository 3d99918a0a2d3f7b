"""A claim ends with the arrival for which it was made."""

from shared.data.ddl import run

revision = "0036"
down_revision = "0032"
branch_labels = None
depends_on = None

CLAIMS = """
ALTER TABLE claim DROP CONSTRAINT claim_state_check;
ALTER TABLE claim ADD CONSTRAINT claim_state_check CHECK (state IN ('open', 'moves', 'stays', 'lapsed'));
"""


def upgrade() -> None:
    run(CLAIMS)
