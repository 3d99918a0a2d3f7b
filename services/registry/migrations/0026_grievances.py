"""Grievances: whoever is complained of neither sees, answers nor closes them, whatever a service would let him."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import IN_AREA, audit, restrict
from shared.data.ddl.m0006 import narrow_to, open_to_the_narrowed

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

OPEN = (
    "'with_township', 'with_county', 'with_auditor', 'township_answered', 'county_answered', 'auditor_answered', 'told'"
)
TABLE = f"""
CREATE TABLE grievance (
    id uuid PRIMARY KEY, household_id uuid REFERENCES household, division text COLLATE "C" NOT NULL,
    matter text NOT NULL CHECK (matter IN
        ('record', 'exit', 'notice', 'loan', 'flat', 'payment', 'helper', 'officials', 'other')),
    channel text NOT NULL CHECK (channel IN ('own', 'letter', 'hotline', 'oral', 'anonymous')),
    person text, about_office text CHECK (about_office IN
        ('village', 'team', 'helper', 'township', 'county', 'department', 'bank', 'insurer', 'entity')),
    about_subject text, text_sealed bytea NOT NULL, state text NOT NULL CHECK (state IN ({OPEN}, 'settled')),
    with_office text NOT NULL CHECK (with_office IN ('township', 'county', 'auditor')),
    answer_by_on date NOT NULL, filed_on date NOT NULL, recorded_by text NOT NULL,
    township_answer_sealed bytea, township_answered_on date, township_answered_by text,
    county_answer_sealed bytea, county_answered_on date, county_answered_by text,
    auditor_answer_sealed bytea, auditor_answered_on date, auditor_answered_by text, upheld boolean,
    handed text CHECK (handed IN ('signed', 'fingerprint', 'posted')), handed_on date, handed_by text,
    settled_on date, settled_by text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (CASE channel WHEN 'own' THEN person IS NOT NULL WHEN 'anonymous' THEN person IS NULL ELSE true END),
    CHECK (about_subject IS NULL OR about_office IS NOT NULL), CHECK (about_office <> with_office),
    -- Nobody decides about himself, nor on what he took down, nor again in another office.
    CONSTRAINT grievance_is_answered_by_others CHECK (
        recorded_by <> about_subject AND township_answered_by <> about_subject AND county_answered_by <> about_subject
        AND auditor_answered_by <> about_subject AND handed_by <> about_subject AND settled_by <> about_subject
        AND township_answered_by <> recorded_by AND county_answered_by <> recorded_by
        AND auditor_answered_by <> recorded_by AND county_answered_by <> township_answered_by
        AND auditor_answered_by <> township_answered_by AND auditor_answered_by <> county_answered_by
        AND settled_by <> township_answered_by AND settled_by <> county_answered_by
        AND settled_by <> auditor_answered_by),
    CHECK (num_nulls(township_answer_sealed, township_answered_on, township_answered_by) IN (0, 3)),
    CHECK (num_nulls(county_answer_sealed, county_answered_on, county_answered_by) IN (0, 3)),
    CHECK (num_nulls(auditor_answer_sealed, auditor_answered_on, auditor_answered_by) IN (0, 3)),
    CHECK (CASE state WHEN 'township_answered' THEN township_answered_by WHEN 'county_answered' THEN county_answered_by
        WHEN 'auditor_answered' THEN auditor_answered_by WHEN 'told' THEN handed_by WHEN 'settled' THEN settled_by
        ELSE '' END IS NOT NULL),
    CHECK (num_nulls(handed, handed_on, handed_by) IN (0, 3)), CHECK (num_nulls(settled_on, settled_by) IN (0, 2)),
    CHECK (due_on IS NOT NULL OR state = 'settled'));
CREATE INDEX ON grievance (division, id);
CREATE INDEX ON grievance (household_id, id);
CREATE INDEX ON grievance (person, id);
CREATE INDEX ON grievance (recorded_by, id);
CREATE INDEX ON grievance (state, id);
CREATE INDEX ON grievance (state, division, id);
CREATE INDEX ON grievance (matter, id);
CREATE INDEX ON grievance (state, division, due_on, id) WHERE state IN ({OPEN});
CREATE INDEX ON grievance (state, due_on, id) WHERE state IN ({OPEN});
"""
ROLE, SUBJECT = "current_setting('app.role', true)", "current_setting('app.subject', true)"
# The county and auditors oversee; a township sees what it answers or has answered, others what they took down. Of a
# CASE the planner expects half of the rows, of an OR next to none, for which it would read them all.
SEEN = f"""
    ({IN_AREA.format(column="division")}) AND about_office IS DISTINCT FROM {ROLE}
    AND about_subject IS DISTINCT FROM {SUBJECT}
    AND CASE WHEN {ROLE} IN ('county', 'auditor', 'villager') OR recorded_by = {SUBJECT} THEN true
        ELSE {ROLE} = 'township' AND (with_office = 'township' OR township_answered_by IS NOT NULL) END
"""


def upgrade() -> None:
    run(TABLE)
    restrict("registry", "grievance", SEEN)
    narrow_to("grievance", "villager", "person = nullif(current_setting('app.person', true), '')")
    for role in ("helper", "entity"):
        narrow_to("grievance", role, "false")
    open_to_the_narrowed("registry")
    run("REVOKE DELETE ON grievance FROM registry_app, system, helper, villager, entity")
    audit("grievance")
