"""Grievances that are late go higher by themselves; where nobody is higher they are marked."""

from shared.data.ddl import run

revision = "0038"
down_revision = "0032"
branch_labels = None
depends_on = None

# What the register looks for by itself, again and again: the promised day of those that nobody has answered in time.
LATE = """
ALTER TABLE grievance ADD COLUMN late_on date CHECK (late_on > answer_by_on);
ALTER TABLE grievance ADD CHECK (late_on IS NULL OR with_office = 'auditor');
CREATE INDEX ON grievance (answer_by_on, id)
    WHERE state NOT IN ('unsigned', 'told', 'settled') AND late_on IS NULL;
"""


def upgrade() -> None:
    run(LATE)
