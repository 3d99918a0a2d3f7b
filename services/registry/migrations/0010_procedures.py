"""The exit procedure is led by the shared engine: its steps move to the service's log, its cases say since when."""

from shared.data.ddl import run
from shared.data.ddl.m0003 import create_case_step_table, make_cases

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOVE_STEPS = """
INSERT INTO case_step (id, case_id, procedure, division, step, outcome, acted_on, acted_by, role, detail, recorded_at)
SELECT id, exit_id, 'registry.exits', division, step, outcome, acted_on, acted_by, role, detail, recorded_at
FROM exit_step;
DROP TABLE exit_step;
"""


def upgrade() -> None:
    open_states = ("proposed", "reviewed", "checked", "consented", "noticed", "township_checked", "approved")
    last = "coalesce((SELECT max(s.acted_on) FROM exit_step s WHERE s.exit_id = exit_case.id), proposed_on)"
    create_case_step_table("registry")
    make_cases("exit_case", last, open_states)
    run(MOVE_STEPS)
    run("CREATE INDEX ON exit_case (household_id, id)")
    run("CREATE INDEX ON exit_case (division, id)")
    run("CREATE INDEX ON exit_objection (exit_id) WHERE resolved_on IS NULL")
    run("ALTER TABLE exit_objection ADD CHECK (reason IN ('income', 'house', 'assets', 'procedure', 'other'))")
