"""A death that was told by mistake is taken back by a fact of its own beside it; it asks for no visit."""

from shared.data.ddl import run

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KINDS = """
ALTER TABLE deed DROP CONSTRAINT deed_kind_check;
ALTER TABLE deed ADD CONSTRAINT deed_kind_check CHECK (kind IN
    ('exit', 'exit_revoked', 'moved_in', 'relocation', 'loan', 'post', 'agreement', 'certificate',
     'certificate_revoked', 'participation', 'payment', 'payment_revoked', 'objection', 'dividend_missed', 'death',
     'death_revoked'));
"""


def upgrade() -> None:
    run(KINDS)
