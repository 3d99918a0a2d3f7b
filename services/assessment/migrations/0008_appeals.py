"""Appeals against a line of a published score, decided by somebody who neither computed nor published it."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import IN_AREA, audit, restrict

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Who computed and who published stand with the appeal, held to the run, so that a check can keep them from deciding.
TABLES = """
CREATE TABLE appeal (
    id uuid PRIMARY KEY, run_id uuid NOT NULL, subject_id uuid NOT NULL, kind text NOT NULL,
    division text COLLATE "C" NOT NULL, year integer NOT NULL, code text NOT NULL,
    reason text NOT NULL CHECK (reason IN ('facts_wrong', 'leave_not_counted', 'visit_not_counted', 'other')),
    raised_on date NOT NULL, raised_by text NOT NULL, computed_by text NOT NULL, published_by text NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'upheld', 'rejected')),
    points_x100 integer, decided_on date, decided_by text,
    CONSTRAINT one_appeal_a_line UNIQUE (run_id, subject_id, code),
    FOREIGN KEY (run_id, computed_by, published_by) REFERENCES scoring_run (id, computed_by, published_by),
    FOREIGN KEY (run_id, subject_id) REFERENCES standing (run_id, subject_id),
    CONSTRAINT appeal_decider_did_not_score
        CHECK (decided_by <> computed_by AND decided_by <> published_by AND decided_by <> raised_by),
    CHECK ((state = 'open') = (decided_on IS NULL) AND (state = 'open') = (decided_by IS NULL)),
    CHECK ((state = 'upheld') = (points_x100 IS NOT NULL)));
CREATE INDEX ON appeal (state, id);
ALTER TABLE score ADD FOREIGN KEY (appeal_id) REFERENCES appeal;
"""

IN_OWN_AREA = f"({IN_AREA.format(column='division')})"
BY_COUNTY = f"{IN_OWN_AREA} AND current_setting('app.role', true) = 'county'"
BY_AUDITOR = f"{IN_OWN_AREA} AND current_setting('app.role', true) = 'auditor'"
OWN = (
    "current_setting('app.role', true) IN ('team', 'helper') AND subject_id IN"
    " (SELECT unnest(ARRAY[c.id, c.unit_id]) FROM cadre c"
    " WHERE c.subject = nullif(current_setting('app.subject', true), ''))"
)


def upgrade() -> None:
    run(TABLES)
    restrict("assessment", "appeal", f"{BY_COUNTY} OR {BY_AUDITOR} OR {OWN}", f"{BY_COUNTY} OR {OWN}")
    run("REVOKE DELETE, TRUNCATE ON appeal FROM assessment_app, system")
    audit("appeal")
