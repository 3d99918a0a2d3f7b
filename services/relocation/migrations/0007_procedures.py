"""Applications, moves and homesteads are led by the shared engine: one log of steps, cases that say since when.

A homestead is named by its application, and says who looked at a work also where it was turned down. An allocation
says who reported the move, and who went to see.
"""

from shared.data.ddl import run
from shared.data.ddl.m0003 import create_case_step_table, make_cases

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOVE_STEPS = """
INSERT INTO case_step (id, case_id, procedure, division, step, outcome, acted_on, acted_by, role, detail, recorded_at)
SELECT id, application_id, 'relocation.applications', division, step, outcome, acted_on, acted_by, role, detail,
       recorded_at
FROM application_step;
DROP TABLE application_step;
"""
# The list of states stands in one CHECK alone; this one says what it means of the day.
ENDED = """
ALTER TABLE relocation_application DROP CONSTRAINT relocation_application_check;
ALTER TABLE relocation_application ADD CONSTRAINT relocation_application_check
    CHECK ((ended_on IS NOT NULL) = (state IN ('refused', 'withdrawn', 'struck', 'deceased')));
"""
HOMESTEAD = """
ALTER TABLE homestead RENAME COLUMN application_id TO id;
ALTER TABLE homestead RENAME COLUMN demolition_accepted_by TO demolition_checked_by;
ALTER TABLE homestead RENAME COLUMN demolition_accepted_on TO demolition_checked_on;
ALTER TABLE homestead RENAME COLUMN reclamation_accepted_by TO reclamation_checked_by;
ALTER TABLE homestead RENAME COLUMN reclamation_accepted_on TO reclamation_checked_on;
ALTER TABLE homestead RENAME CONSTRAINT demolition_accepter_is_not_reporter TO demolition_checker_is_not_reporter;
ALTER TABLE homestead RENAME CONSTRAINT reclamation_accepter_is_not_reporter TO reclamation_checker_is_not_reporter;
"""
# The last report says who they were.
PERSONS = """
ALTER TABLE allocation ADD COLUMN reported_by text;
ALTER TABLE allocation ADD COLUMN confirmed_by text;
ALTER TABLE allocation ADD CONSTRAINT allocation_confirmer_is_not_reporter CHECK (confirmed_by <> reported_by);
SELECT set_config('app.subject', 'system:migration', true), set_config('app.role', 'system', true);
UPDATE allocation a SET reported_by = r.reported_by, confirmed_by = r.confirmed_by
FROM (SELECT DISTINCT ON (allocation_id) * FROM move_report ORDER BY allocation_id, id DESC) r
WHERE r.allocation_id = a.id;
"""
# What lists ask for.
INDEXES = """
CREATE INDEX ON relocation_application (state, id);
CREATE INDEX ON relocation_application (division, id);
CREATE INDEX ON allocation (household_id);
CREATE INDEX ON allocation (cohort, id);
CREATE INDEX ON allocation (division, id);
CREATE INDEX ON allocation (state, id);
CREATE INDEX ON homestead (household_id);
"""


def upgrade() -> None:
    applied = """
        coalesce((SELECT max(s.acted_on) FROM application_step s WHERE s.application_id = relocation_application.id),
                 applied_on)
    """
    reported = "(SELECT max(r.reported_on) FROM move_report r WHERE r.allocation_id = allocation.id)"
    create_case_step_table("relocation")
    make_cases("relocation_application", applied, ("applied", "verified", "noticed"))
    run(MOVE_STEPS)
    run(ENDED)
    run(PERSONS)
    make_cases(
        "allocation",
        f"greatest(allocated_on, key_handed_on, {reported}, moved_in_on, released_on)",
        ("allocated", "key_handed", "reported"),
    )
    run(HOMESTEAD)
    make_cases(
        "homestead",
        "greatest(recorded_on, demolished_on, demolition_checked_on, reclaimed_on, reclamation_checked_on)",
        ("standing", "demolition_reported", "demolished", "reclamation_reported"),
    )
    run(INDEXES)
