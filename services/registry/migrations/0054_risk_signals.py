"""What happens to who got out, as other services tell it, and at whom somebody must look because of it."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0006 import narrow, open_to_the_narrowed

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

SIGNALS = """
CREATE TABLE risk_signal (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind IN ('loan_overdue', 'dividend_missed', 'post_ended', 'misfortune')),
    source text NOT NULL, since_on date NOT NULL, over_on date,
    cause text CHECK (cause IN ('illness', 'disaster', 'job', 'other')), evidence text, told_by text,
    UNIQUE (kind, source), CHECK (num_nulls(cause, evidence, told_by) = CASE kind WHEN 'misfortune' THEN 0 ELSE 3 END));
CREATE INDEX ON risk_signal (division, id);
CREATE INDEX ON risk_signal (household_id, id);
CREATE INDEX ON risk_signal (kind, id);
CREATE INDEX ON risk_signal (kind, division, id);
"""
WARNINGS = """
CREATE TABLE risk_warning (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    points integer NOT NULL CHECK (points > 0), kinds text NOT NULL, decision_id uuid NOT NULL, proposed_by text,
    raised_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'fine', 'needs_help', 'fallen', 'ended')), evidence text,
    looked_on date, looked_by text, ended_code text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (num_nulls(evidence, looked_on, looked_by) = CASE WHEN state IN ('open', 'ended') THEN 3 ELSE 0 END),
    CHECK (looked_on >= raised_on), CHECK ((ended_code IS NOT NULL) = (state = 'ended')),
    CHECK (due_on IS NOT NULL OR state <> 'open'),
    CONSTRAINT risk_warning_is_looked_at_by_another CHECK (looked_by <> proposed_by));
-- Of a household one warning goes on.
CREATE UNIQUE INDEX risk_warning_one_at_a_time ON risk_warning (household_id) WHERE state = 'open';
CREATE INDEX ON risk_warning (division, id);
CREATE INDEX ON risk_warning (household_id, id);
CREATE INDEX ON risk_warning (state, id);
CREATE INDEX ON risk_warning (state, division, id);
CREATE INDEX ON risk_warning (state, division, due_on, id) WHERE state = 'open';
CREATE INDEX ON risk_warning (state, due_on, id) WHERE state = 'open';
"""
# A household takes them along: whoever sees to it now looks.
FOLLOWS = """
DO $$
DECLARE
    said text := pg_get_functiondef('move_households(uuid[])'::regprocedure);
    before text := 'UPDATE person_index x SET division';
BEGIN
    ASSERT strpos(said, before) > 0;
    EXECUTE replace(said, before, 'UPDATE risk_signal x SET division = t.division FROM transfer t
        WHERE t.id = ANY(moved) AND x.household_id = t.household_id;
    UPDATE risk_warning x SET division = t.division FROM transfer t
        WHERE t.id = ANY(moved) AND x.household_id = t.household_id;
    ' || before);
END $$;
"""
TABLES = ("risk_signal", "risk_warning")


def upgrade() -> None:
    run(SIGNALS)
    run(WARNINGS)
    run(FOLLOWS)
    for table in TABLES:
        restrict_by_area("registry", table)
        narrow(table)
    open_to_the_narrowed("registry")
    run("REVOKE DELETE, TRUNCATE ON risk_signal, risk_warning FROM registry_app, system, helper, villager, entity")
    audit(*TABLES)
