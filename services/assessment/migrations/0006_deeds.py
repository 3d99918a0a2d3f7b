"""Deeds: what other services reported for households, kept for whoever helps them."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import restrict_by_area

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# `source_key` names what happened (an exit, a payment, a loan's part): it is counted once, for good. A household that
# is not known here yet has deeds already; a division is the one in which it happened.
TABLES = """
CREATE TABLE deed (
    kind text NOT NULL CHECK (kind IN
        ('exit', 'moved_in', 'relocation', 'loan', 'post', 'agreement', 'certificate', 'participation', 'payment',
         'objection', 'dividend_missed', 'death')),
    source_key text NOT NULL, household_id uuid NOT NULL, division text COLLATE "C" NOT NULL,
    happened_on date NOT NULL, amount_fen bigint CHECK (amount_fen >= 0),
    PRIMARY KEY (kind, source_key));
CREATE INDEX ON deed (household_id, happened_on);
"""


def upgrade() -> None:
    run(TABLES)
    restrict_by_area("assessment", "deed")
    # Facts of other services: they come by events and stay as they came.
    run("""
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON deed FROM assessment_app;
        REVOKE UPDATE, DELETE, TRUNCATE ON deed FROM system;
    """)
