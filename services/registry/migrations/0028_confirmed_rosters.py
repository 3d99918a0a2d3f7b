"""A roster file is a list of proposals: it is read first, and taken once another person confirms it."""

from shared.data.ddl import run
from shared.data.ddl.m0003 import make_cases

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TABLE = """
ALTER TABLE roster_import DROP CONSTRAINT roster_import_state_check;
ALTER TABLE roster_import ADD CONSTRAINT roster_import_state_check
    CHECK (state IN ('received', 'running', 'read', 'confirmed', 'done', 'rejected', 'failed'));
ALTER TABLE roster_import ADD COLUMN decided_on date;
ALTER TABLE roster_import ADD COLUMN decided_by text;
ALTER TABLE roster_import ADD CONSTRAINT roster_import_decider_is_not_submitter CHECK (decided_by <> submitted_by);
ALTER TABLE roster_import ADD CHECK (num_nulls(decided_on, decided_by) IN (0, 2));
ALTER TABLE roster_import ADD CHECK (decided_by IS NOT NULL OR state NOT IN ('confirmed', 'rejected'));
CREATE INDEX ON roster_import (submitted_at, id) WHERE state IN ('received', 'confirmed', 'running');
"""


def upgrade() -> None:
    make_cases("roster_import", "business_date", ("read",))
    run(TABLE)
    run("GRANT DELETE ON roster_finding TO system")
