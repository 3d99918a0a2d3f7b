"""Cases, rounds, runs and appeals are led by the shared engine; every list is found by an index of its own."""

from shared.data.ddl import run
from shared.data.ddl.m0003 import create_case_step_table, make_cases

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Who is assessed sees himself and his unit. The role stands inside what an index is asked for, so that a list reads no
# row that is not shown.
AREA = (
    "CASE WHEN current_setting('app.role', true) IN ('county', 'auditor')"
    " THEN nullif(current_setting('app.area', true), '') END"
)
OWN = (
    "ARRAY(SELECT unnest(ARRAY[c.id, c.unit_id]) FROM cadre c"
    " WHERE c.subject = nullif(current_setting('app.subject', true), '')"
    " AND current_setting('app.role', true) IN ('team', 'helper'))"
)
READERS = f"division >= {AREA} AND division <= {AREA} || '~' OR subject_id = ANY ({OWN})"
# An id may be taken where the caller does not see it: that it is, he must know before anything of his is changed.
TAKEN = """
CREATE FUNCTION taken_pairings(ids uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS 'SELECT id FROM pairing WHERE id = ANY(ids)';
"""
# Deeds are listed by day: an id that begins with it, and goes on with the deed's name.
DEEDS = """
ALTER TABLE deed ADD COLUMN id uuid GENERATED ALWAYS AS ((
    lpad(to_hex(happened_on - date '1970-01-01'), 12, '0') || left(md5(kind || '/' || source_key), 20))::uuid) STORED;
CREATE UNIQUE INDEX ON deed (id);
CREATE INDEX ON deed (household_id, id);
CREATE INDEX ON deed (division, id);
"""
INDEXES = """
CREATE INDEX ON unit (division, id);
CREATE INDEX ON cadre (division, id);
CREATE INDEX ON cadre (role, id);
CREATE INDEX ON pairing (division, id);
CREATE INDEX ON visit (cadre_id, id);
CREATE INDEX ON survey_sample (division, id);
CREATE INDEX ON survey_sample (round_id, id);
CREATE INDEX ON fraud_case (division, id);
CREATE INDEX ON case_household ((confirmed_on + 7), case_id) WHERE confirmed_on IS NOT NULL AND reviewed_on IS NULL;
CREATE INDEX ON scoring_run (year, id);
CREATE INDEX ON score (division, id);
CREATE INDEX ON score (subject_id, id);
CREATE INDEX ON score_line (division);
CREATE INDEX ON score_line (subject_id);
CREATE INDEX ON standing (division, subject_id);
CREATE INDEX ON standing (subject_id);
CREATE INDEX ON standing (kind, subject_id);
CREATE INDEX ON appeal (division, id);
CREATE INDEX ON appeal (subject_id, id);
"""


def upgrade() -> None:
    create_case_step_table("assessment")
    make_cases("fraud_case", "coalesce(decided_on, opened_on)", ("open",))
    make_cases("survey_round", "coalesce(closed_on, opened_on)", ("open",), days=30)
    make_cases("scoring_run", "coalesce(published_on, computed_on)", ("computed",))
    make_cases("appeal", "coalesce(decided_on, raised_on)", ("open",))
    for table in ("score", "score_line", "standing", "appeal"):
        run(f"ALTER POLICY app_rows ON {table} USING ({READERS})")
    run(TAKEN)
    run(DEEDS)
    run(INDEXES)
