"""What is reported of projects and of parts is led by the shared engine; lists cost what they show."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import IN_AREA
from shared.data.ddl.m0003 import make_cases

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# An acceptance stands in the report that it answers, and with it who reported and who measured: two persons. `measured`
# is what the township found of a part too, where it found nothing.
REPORTS = """
ALTER TABLE project_report ADD COLUMN state text NOT NULL DEFAULT 'reported',
    ADD COLUMN accepted_x100 bigint CHECK (accepted_x100 >= 0), ADD COLUMN accepted_on date,
    ADD COLUMN measured_by text;
SELECT set_config('app.subject', 'system:migration', true), set_config('app.role', 'system', true);
UPDATE project_report r SET state = 'accepted', accepted_x100 = a.quantity_x100, accepted_on = a.accepted_on,
    measured_by = a.accepted_by FROM project_acceptance a WHERE a.report_id = r.id;
UPDATE project_report r SET state = 'replaced'
    WHERE state = 'reported' AND NOT EXISTS (SELECT FROM project p WHERE p.report_id = r.id);
ALTER TABLE project_finding DROP CONSTRAINT project_finding_report_id_fkey;
DROP TABLE project_acceptance;
ALTER TABLE project_finding ADD FOREIGN KEY (report_id) REFERENCES project_report;
ALTER TABLE project_report ALTER COLUMN state DROP DEFAULT, DROP CONSTRAINT project_report_id_reported_by_key,
    ADD CHECK (state IN ('reported', 'accepted', 'replaced')),
    ADD CHECK ((state = 'accepted') = (measured_by IS NOT NULL)),
    ADD CHECK (num_nulls(accepted_x100, accepted_on, measured_by) IN (0, 3)),
    ADD CHECK (accepted_on >= reported_on),
    ADD CONSTRAINT project_acceptor_is_not_reporter CHECK (measured_by <> reported_by);
"""
# A village's list goes by (division, id), a bank's by (bank, id), a county's of one state by (state, id).
INDEXES = """
CREATE INDEX ON payout_due (division);
CREATE INDEX ON payout_batch (division, id);
CREATE INDEX ON payout_batch (bank, id);
CREATE INDEX ON payout_batch (state, id);
CREATE INDEX ON payout_line (bank, id);
CREATE INDEX ON payout_line (state, id);
CREATE INDEX ON payout_ruling (division, id);
CREATE INDEX ON payout_ruling (state, id);
CREATE INDEX ON station_plan (division, id);
CREATE INDEX ON station_plan (state, id);
CREATE INDEX ON station_exchange (division, id);
CREATE INDEX ON station_exchange (state, id);
CREATE INDEX ON station_finding (division, id);
CREATE INDEX ON project (division, id);
CREATE INDEX ON project_finding (division, id);
CREATE INDEX ON project_participation (division, id);
CREATE INDEX ON project_participation (state, id);
CREATE INDEX ON training_class (division);
CREATE INDEX ON training_attendance (division);
CREATE INDEX ON training_certificate (division, id);
CREATE INDEX ON training_certificate (state, id);
CREATE INDEX ON training_certificate (household_id, id);
DROP INDEX training_certificate_household_id_idx;
CREATE INDEX ON payout_line ((answered_on + 7), due_id) WHERE lasting;
"""
# What a county or a township has for its villages: two divisions more, by name, where starts_with() reads every row.
AREA = "nullif(current_setting('app.area', true), '')"
COVERS = f"({IN_AREA.format(column='division')} OR division IN (left({AREA}, 6), left({AREA}, 9)))"


def upgrade() -> None:
    run("ALTER TABLE project_participation RENAME COLUMN accepted_by TO measured_by")
    make_cases("project_participation", "coalesce(accepted_on, reported_on)", ("reported",), days=30)
    run(REPORTS)
    make_cases("project_report", "coalesce(accepted_on, reported_on)", ("reported",))
    # What was said stays as it was recorded; what became of it is written once.
    answered = "state, accepted_x100, accepted_on, measured_by, since_on, due_on"
    run(f"GRANT UPDATE ({answered}) ON project_report TO industry_app, system")
    run(INDEXES)
    for table in ("post", "project", "training_class", "forest_coop"):
        run(f"ALTER POLICY app_rows ON {table} USING ({COVERS})")
