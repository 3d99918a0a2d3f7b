"""An exit that was taken back is a fact of its own beside the exit; it counts for nobody."""

from shared.data.ddl import run

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = """
ALTER TABLE deed DROP CONSTRAINT deed_kind_check;
ALTER TABLE deed ADD CONSTRAINT deed_kind_check CHECK (kind IN
    ('exit', 'exit_revoked', 'moved_in', 'relocation', 'loan', 'post', 'agreement', 'certificate', 'participation',
     'payment', 'objection', 'dividend_missed', 'death'));
"""


def upgrade() -> None:
    run(KINDS)
