"""Whoever checks an exit is none of those whose word he checks; cases that began before keep their procedure."""

from shared.data.ddl import run

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

PERSONS = """
ALTER TABLE exit_case ADD CONSTRAINT exit_checks_are_by_others CHECK (procedure_version < 2 OR (
    checked_by <> reviewed_by
    AND township_checked_by <> proposed_by AND township_checked_by <> reviewed_by AND township_checked_by <> checked_by
    AND decided_by <> proposed_by AND decided_by <> reviewed_by AND decided_by <> checked_by));
"""
# What waits is asked for by version too.
INDEXES = """
DROP INDEX exit_case_state_division_due_on_id_idx;
DROP INDEX exit_case_state_due_on_id_idx;
CREATE INDEX ON exit_case (procedure_version, state, division, due_on, id) WHERE state IN
    ('proposed', 'reviewed', 'checked', 'consented', 'noticed', 'township_checked', 'approved');
CREATE INDEX ON exit_case (procedure_version, state, due_on, id) WHERE state IN
    ('proposed', 'reviewed', 'checked', 'consented', 'noticed', 'township_checked', 'approved');
"""


def upgrade() -> None:
    run(PERSONS)
    run(INDEXES)
