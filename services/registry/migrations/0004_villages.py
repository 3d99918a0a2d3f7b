"""Village facilities and exits, the year's targets, and measures of help."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = """
-- Which items there are is policy data; a village has what was seen in it, from the day it was seen.
CREATE TABLE village_facility (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL CHECK (division ~ '^[0-9]{12}$'), item text NOT NULL,
    valid daterange NOT NULL, known tstzrange NOT NULL DEFAULT tstzrange(clock_timestamp(), NULL),
    met boolean NOT NULL, stated_by text NOT NULL,
    EXCLUDE USING gist (division WITH =, item WITH =, valid WITH &&, known WITH &&));
CREATE INDEX ON village_facility (division, item) WHERE upper_inf(known);

CREATE TABLE village_exit (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL CHECK (division ~ '^[0-9]{12}$'),
    state text NOT NULL CHECK (state IN ('proposed', 'noticed', 'approved', 'announced', 'refused')),
    proposed_on date NOT NULL, proposed_by text NOT NULL,
    noticed_on date, noticed_by text, notice_ends_on date,
    decided_on date, decided_by text, decision_id uuid, poor_people integer, rural_people integer,
    announced_on date, announced_by text,
    CHECK (decided_by <> proposed_by AND decided_by <> noticed_by), CHECK (announced_by <> decided_by),
    CHECK (notice_ends_on > noticed_on), CHECK (decided_on >= notice_ends_on), CHECK (announced_on >= decided_on),
    CHECK (num_nulls(noticed_on, noticed_by, notice_ends_on) = CASE WHEN state = 'proposed' THEN 3 ELSE 0 END),
    CHECK (num_nulls(decided_on, decided_by, decision_id, poor_people, rural_people)
        = CASE WHEN state IN ('proposed', 'noticed') THEN 5 ELSE 0 END),
    CHECK (num_nulls(announced_on, announced_by) = CASE WHEN state = 'announced' THEN 0 ELSE 2 END));
-- A refused village may be proposed again; one that is on its way, or out, may not.
CREATE UNIQUE INDEX ON village_exit (division) WHERE state <> 'refused';
CREATE INDEX ON village_exit (division, id);

CREATE TABLE target (
    code text NOT NULL, year integer NOT NULL, division text COLLATE "C" NOT NULL,
    planned bigint NOT NULL CHECK (planned >= 0), unit text NOT NULL, set_on date NOT NULL, set_by text NOT NULL,
    PRIMARY KEY (year, code, division));

-- `source` is the aggregate of another service that the measure stands for: it is never counted twice.
CREATE TABLE measure (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind IN ('loan')), source text NOT NULL, started_on date NOT NULL, ended_on date,
    UNIQUE (kind, source), CHECK (ended_on >= started_on));
CREATE INDEX ON measure (household_id);
"""


def upgrade() -> None:
    run(TABLES)
    tables = ("village_facility", "village_exit", "target", "measure")
    for table in tables:
        restrict_by_area("registry", table)
    audit(*tables)
