"""Lists cost what they show: by id within an area, by state, and what waits by the day until which it does."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import IN_AREA

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

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
    run(INDEXES)
    for table in ("post", "project", "training_class", "forest_coop"):
        run(f"ALTER POLICY app_rows ON {table} USING ({COVERS})")
