"""A household with an open loan that was struck from the register holds the loan, as a death does."""

from shared.data.ddl import run

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KINDS = """
ALTER TABLE loan_hold DROP CONSTRAINT loan_hold_kind_check;
ALTER TABLE loan_hold ADD CONSTRAINT loan_hold_kind_check CHECK (kind IN
    ('borrower_death', 'dividend_missed', 'misuse_suspected', 'household_removed'));
"""


def upgrade() -> None:
    run(KINDS)
