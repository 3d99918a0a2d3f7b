"""A certificate or a payment that was revoked is a fact of its own beside it; it helped nobody."""

from shared.data.ddl import run

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KINDS = """
ALTER TABLE deed DROP CONSTRAINT deed_kind_check;
ALTER TABLE deed ADD CONSTRAINT deed_kind_check CHECK (kind IN
    ('exit', 'exit_revoked', 'moved_in', 'relocation', 'loan', 'post', 'agreement', 'certificate',
     'certificate_revoked', 'participation', 'payment', 'payment_revoked', 'objection', 'dividend_missed', 'death'));
"""


def upgrade() -> None:
    run(KINDS)
