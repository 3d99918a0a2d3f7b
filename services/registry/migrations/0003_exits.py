"""The exit procedure: one open case per household, its steps, its objections."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE exit_case (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    year integer NOT NULL, state text NOT NULL CHECK (state IN ('proposed', 'reviewed', 'checked', 'consented',
        'noticed', 'township_checked', 'approved', 'announced', 'refused', 'withdrawn')),
    members integer NOT NULL CHECK (members > 0), proposed_on date NOT NULL, proposed_by text NOT NULL,
    reviewed_by text, checked_by text, notice_posted_on date, notice_ends_on date, township_checked_by text,
    decided_by text, decision_id uuid REFERENCES decision, announced_by text, announced_on date, ended_code text,
    version bigint NOT NULL DEFAULT 1,
    -- Maker and checker are different persons, whatever the code above says.
    CONSTRAINT exit_reviewer_is_not_proposer CHECK (reviewed_by <> proposed_by),
    CONSTRAINT exit_checker_is_not_proposer CHECK (checked_by <> proposed_by),
    CONSTRAINT exit_decider_is_not_township CHECK (decided_by <> township_checked_by),
    CONSTRAINT exit_announcer_is_not_decider CHECK (announced_by <> decided_by),
    CHECK (state <> 'announced' OR (decision_id IS NOT NULL AND announced_on IS NOT NULL)));
CREATE UNIQUE INDEX exit_one_open_case ON exit_case (household_id)
    WHERE state NOT IN ('announced', 'refused', 'withdrawn');
CREATE INDEX ON exit_case (state, division);

CREATE TABLE exit_step (
    id uuid PRIMARY KEY DEFAULT uuidv7(), exit_id uuid NOT NULL REFERENCES exit_case,
    division text COLLATE "C" NOT NULL, step text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('passed', 'failed')),
    acted_on date NOT NULL, acted_by text NOT NULL, role text NOT NULL, detail jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX ON exit_step (exit_id);

CREATE TABLE exit_objection (
    id uuid PRIMARY KEY, exit_id uuid NOT NULL REFERENCES exit_case, division text COLLATE "C" NOT NULL,
    raised_on date NOT NULL, raised_by text NOT NULL, reason text NOT NULL,
    resolved_on date, resolved_by text, upheld boolean,
    CONSTRAINT exit_resolver_is_not_objector CHECK (resolved_by <> raised_by),
    CHECK (num_nulls(resolved_on, resolved_by, upheld) IN (0, 3)));
CREATE INDEX ON exit_objection (exit_id);
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("exit_case", "exit_step", "exit_objection"):
        restrict_by_area("registry", table)
    # A step that was taken stays taken, by whom and when it was.
    run("REVOKE UPDATE, DELETE, TRUNCATE ON exit_step FROM registry_app, system")
    audit("exit_case", "exit_step", "exit_objection")
