"""Surveys by a third party: the frozen population, who was drawn of it, what they answered."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, IN_AREA, audit, restrict, restrict_by_area

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE survey_round (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL, year integer NOT NULL, seed text NOT NULL,
    per_unit integer NOT NULL CHECK (per_unit > 0),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    opened_on date NOT NULL, opened_by text NOT NULL, closed_on date, closed_by text,
    CONSTRAINT survey_closer_is_not_opener CHECK (closed_by <> opened_by),
    CHECK ((state = 'closed') = (closed_on IS NOT NULL) AND (state = 'closed') = (closed_by IS NOT NULL)));
CREATE INDEX ON survey_round (year);

-- Whom the draw chose among, as it stood on that day; a household is asked about the unit that helps it.
CREATE TABLE survey_candidate (
    round_id uuid NOT NULL REFERENCES survey_round, household_id uuid NOT NULL REFERENCES household,
    unit_id uuid NOT NULL REFERENCES unit, cadre_id uuid NOT NULL REFERENCES cadre,
    division text COLLATE "C" NOT NULL,
    stratum text NOT NULL CHECK (stratum IN ('poor_with_labour', 'poor_without_labour', 'exited')),
    PRIMARY KEY (round_id, household_id));

CREATE TABLE survey_sample (
    id uuid PRIMARY KEY, round_id uuid NOT NULL, household_id uuid NOT NULL,
    unit_id uuid NOT NULL REFERENCES unit, cadre_id uuid NOT NULL REFERENCES cadre,
    division text COLLATE "C" NOT NULL, stratum text NOT NULL,
    UNIQUE (round_id, household_id),
    FOREIGN KEY (round_id, household_id) REFERENCES survey_candidate);
CREATE INDEX ON survey_sample (unit_id);
CREATE INDEX ON survey_sample (cadre_id);

CREATE TABLE survey_answer (
    sample_id uuid PRIMARY KEY REFERENCES survey_sample, division text COLLATE "C" NOT NULL,
    satisfied boolean NOT NULL, aware boolean NOT NULL, visited_often boolean NOT NULL,
    answered_on date NOT NULL, recorded_on date NOT NULL, recorded_by text NOT NULL,
    CHECK (answered_on <= recorded_on));
"""


def upgrade() -> None:
    run(TABLES)
    # A round names no household: a township that counts its own answers asks it for the year.
    restrict("assessment", "survey_round", HAS_CONTEXT, f"({IN_AREA.format(column='division')})")
    for table in ("survey_candidate", "survey_sample", "survey_answer"):
        restrict_by_area("assessment", table)
    # What was frozen, drawn and answered stays so.
    run("REVOKE UPDATE, DELETE, TRUNCATE ON survey_candidate, survey_sample, survey_answer FROM assessment_app, system")
    audit("survey_round")
