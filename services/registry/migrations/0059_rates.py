"""Samples that the error rates stand on: households that have exited and doors outside the register, with what was
found there.
"""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0002 import append_only
from shared.data.ddl.m0006 import NAMES, narrow_to, open_to_the_narrowed

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

SAMPLES = """
CREATE TABLE rate_sample (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL, seed text NOT NULL,
    exited integer NOT NULL CHECK (exited >= 0), outside integer NOT NULL CHECK (outside >= 0),
    poor_people integer NOT NULL CHECK (poor_people >= 0), exited_people integer NOT NULL CHECK (exited_people >= 0),
    outside_people integer NOT NULL CHECK (outside_people >= 0),
    rural_people integer NOT NULL CHECK (rural_people >= 0), drawn_on date NOT NULL, drawn_by text NOT NULL);
CREATE INDEX ON rate_sample (division, id);
CREATE TABLE rate_line (
    id uuid PRIMARY KEY, sample_id uuid NOT NULL REFERENCES rate_sample,
    kind text NOT NULL CHECK (kind IN ('exited', 'outside')), household_id uuid REFERENCES household,
    division text COLLATE "C" NOT NULL, place integer NOT NULL CHECK (place >= 0),
    state text NOT NULL CHECK (state IN ('open', 'right', 'wrong')), drawn_on date NOT NULL, drawn_by text NOT NULL,
    evidence text, found_on date, found_by text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK ((household_id IS NOT NULL) = (kind = 'exited')), CHECK ((place = 0) = (kind = 'exited')),
    CHECK (num_nulls(evidence, found_on, found_by) = CASE WHEN state = 'open' THEN 3 ELSE 0 END),
    CHECK (found_on >= drawn_on), CHECK (due_on IS NOT NULL OR state <> 'open'));
CREATE UNIQUE INDEX rate_line_drawn_once ON rate_line (sample_id, household_id) WHERE household_id IS NOT NULL;
CREATE UNIQUE INDEX rate_line_door_once ON rate_line (sample_id, division, place) WHERE household_id IS NULL;
CREATE INDEX ON rate_line (division, id);
CREATE INDEX ON rate_line (household_id, id);
CREATE INDEX ON rate_line (sample_id, id);
CREATE INDEX ON rate_line (sample_id, division, id);
CREATE INDEX ON rate_line (state, id);
CREATE INDEX ON rate_line (state, division, id);
CREATE INDEX ON rate_line (state, division, due_on, id) WHERE state = 'open';
CREATE INDEX ON rate_line (state, due_on, id) WHERE state = 'open';
"""
TABLES = ("rate_sample", "rate_line")


def upgrade() -> None:
    run(SAMPLES)
    for table in TABLES:
        restrict_by_area("registry", table)
        for role in NAMES:
            narrow_to(table, role, "false")
    append_only("registry", "rate_sample")
    run("REVOKE DELETE, TRUNCATE ON rate_line FROM registry_app, system")
    open_to_the_narrowed("registry")
    audit(*TABLES)
