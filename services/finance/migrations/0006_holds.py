"""Holds on loans: what warns a lender or stops a discount, until a person has looked; and freezes."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, create_freeze_table, restrict_by_area

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# `source_key` names what raised it, so that it is raised once, for good. Only a suspicion is confirmed.
TABLES = """
CREATE TABLE loan_hold (
    id uuid PRIMARY KEY, loan_id uuid NOT NULL REFERENCES loan, household_id uuid NOT NULL,
    division text COLLATE "C" NOT NULL, bank text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('borrower_death', 'dividend_missed', 'misuse_suspected')),
    source_key text NOT NULL UNIQUE, raised_on date NOT NULL, raised_by text NOT NULL,
    confirmed_on date, confirmed_by text, released_on date, released_by text, release_reason text,
    CONSTRAINT hold_confirmer_is_not_raiser CHECK (confirmed_by <> raised_by),
    CONSTRAINT hold_releaser_is_not_raiser CHECK (released_by <> raised_by),
    CONSTRAINT hold_releaser_is_not_confirmer CHECK (released_by <> confirmed_by),
    CHECK (num_nulls(confirmed_on, confirmed_by) IN (0, 2)),
    CHECK (num_nulls(released_on, released_by, release_reason) IN (0, 3)),
    CHECK (confirmed_on IS NULL OR kind = 'misuse_suspected'));
CREATE INDEX ON loan_hold (loan_id) WHERE released_on IS NULL;
CREATE INDEX ON loan_hold (bank, id);
"""


def upgrade() -> None:
    run(TABLES)
    restrict_by_area("finance", "loan_hold", bank=True)
    audit("loan_hold")
    create_freeze_table("finance")
