"""Runs of the assessment: scores that are the sum of their lines, and that nobody changes."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, IN_AREA, audit, restrict

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# `subject_id` is a unit's or a cadre's. `reachable_x100`: what all lines that were not withheld could bring;
# `rated_x100`: the points as a share of it. A score's rank is the one it was published with; a standing's, the
# present one. All points are hundredths.
TABLES = """
CREATE TABLE scoring_run (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL, year integer NOT NULL, until_on date NOT NULL,
    state text NOT NULL DEFAULT 'computed' CHECK (state IN ('computed', 'published')),
    computed_on date NOT NULL, computed_by text NOT NULL, published_on date, published_by text,
    CONSTRAINT run_publisher_is_not_computer CHECK (published_by <> computed_by),
    UNIQUE (id, computed_by, published_by),
    CHECK ((state = 'published') = (published_on IS NOT NULL) AND (state = 'published') = (published_by IS NOT NULL)),
    CHECK (extract(year FROM until_on) = year AND until_on <= computed_on));
CREATE UNIQUE INDEX one_published_run ON scoring_run (year) WHERE state = 'published';

CREATE TABLE score (
    id uuid PRIMARY KEY, run_id uuid NOT NULL REFERENCES scoring_run, subject_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('unit', 'helper')), division text COLLATE "C" NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    points_x100 integer NOT NULL CHECK (points_x100 BETWEEN 0 AND reachable_x100),
    reachable_x100 integer NOT NULL CHECK (reachable_x100 BETWEEN 1 AND 10000),
    rated_x100 integer NOT NULL CHECK (rated_x100 BETWEEN 0 AND 10000),
    grade text NOT NULL CHECK (grade IN ('excellent', 'good', 'fair', 'poor')), rank integer NOT NULL CHECK (rank > 0),
    vetoed boolean NOT NULL, decision_id uuid, appeal_id uuid UNIQUE, scored_on date NOT NULL, scored_by text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    CONSTRAINT vetoed_is_poor CHECK (NOT vetoed OR grade = 'poor'),
    CHECK ((version = 1) = (decision_id IS NOT NULL) AND (version = 1) = (appeal_id IS NULL)),
    UNIQUE (run_id, subject_id, version), UNIQUE (id, run_id, subject_id));

CREATE TABLE score_line (
    score_id uuid NOT NULL REFERENCES score, position smallint NOT NULL, code text NOT NULL,
    subject_id uuid NOT NULL, division text COLLATE "C" NOT NULL,
    points_x100 integer NOT NULL, max_x100 integer NOT NULL, withheld boolean NOT NULL, figures jsonb NOT NULL,
    PRIMARY KEY (score_id, position), UNIQUE (score_id, code),
    CONSTRAINT line_within_its_bounds CHECK (points_x100 BETWEEN 0 AND max_x100),
    CHECK (NOT withheld OR points_x100 = 0));

CREATE TABLE standing (
    run_id uuid NOT NULL, subject_id uuid NOT NULL, kind text NOT NULL, division text COLLATE "C" NOT NULL,
    score_id uuid NOT NULL UNIQUE, rank integer NOT NULL CHECK (rank > 0),
    PRIMARY KEY (run_id, subject_id),
    FOREIGN KEY (score_id, run_id, subject_id) REFERENCES score (id, run_id, subject_id));
"""

# SECURITY DEFINER: under the caller's row-level security it would add up only what he may see.
GUARDS = """
CREATE FUNCTION score_must_add_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
    checked uuid := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid;
    whole score;
    sums record;
BEGIN
    SELECT * INTO whole FROM score WHERE id = checked;
    SELECT count(*) AS n, sum(points_x100) AS points, sum(max_x100) FILTER (WHERE NOT withheld) AS reachable,
        bool_and(subject_id = whole.subject_id AND division = whole.division) AS of_it
        INTO sums FROM score_line WHERE score_id = checked;
    IF sums.n < 1 OR sums.points <> whole.points_x100 OR sums.reachable IS DISTINCT FROM whole.reachable_x100
        OR NOT sums.of_it THEN
        RAISE EXCEPTION 'score % is not the sum of its lines', checked USING ERRCODE = 'check_violation';
    END IF;
    IF whole.recorded_at <> transaction_timestamp() THEN
        RAISE EXCEPTION 'score % is closed', checked USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER sum_of_lines AFTER INSERT ON score DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION score_must_add_up('id');
CREATE CONSTRAINT TRIGGER sum_of_lines AFTER INSERT ON score_line DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION score_must_add_up('score_id');

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a score is never changed: an appeal makes a new version' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON score
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON score_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON score, score_line FROM assessment_app, system;
REVOKE DELETE, TRUNCATE ON scoring_run, standing FROM assessment_app, system;
"""

IN_OWN_AREA = f"({IN_AREA.format(column='division')})"
OF_COUNTY = f"{IN_OWN_AREA} AND current_setting('app.role', true) = 'county'"
OF_AUDITOR = f"{IN_OWN_AREA} AND current_setting('app.role', true) = 'auditor'"
# Whoever is assessed sees himself and his unit, and nobody beside.
OWN = (
    "current_setting('app.role', true) IN ('team', 'helper') AND subject_id IN"
    " (SELECT unnest(ARRAY[c.id, c.unit_id]) FROM cadre c"
    " WHERE c.subject = nullif(current_setting('app.subject', true), ''))"
)


def upgrade() -> None:
    run(TABLES)
    # That a year is published, when and by whom, is for everybody; who appeals must know.
    restrict("assessment", "scoring_run", HAS_CONTEXT, OF_COUNTY)
    for table in ("score", "score_line", "standing"):
        restrict("assessment", table, f"{OF_COUNTY} OR {OF_AUDITOR} OR {OWN}", OF_COUNTY)
    run(GUARDS)
    audit("scoring_run")
