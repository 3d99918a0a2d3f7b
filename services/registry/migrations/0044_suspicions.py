"""Suspicions about registered households: looked into by one, settled by another, whatever a service lets them."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0006 import NAMES, narrow_to, open_to_the_narrowed

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE suspicion (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    code text NOT NULL CHECK (code IN ('EX1', 'EX2', 'EX3', 'EX4', 'EX5', 'EX6', 'EX7', 'EX8', 'EX9', 'EX10',
        'same_person', 'similar_person', 'listed')),
    source text NOT NULL CHECK (source IN ('person', 'match')), source_id uuid, person text, about text,
    evidence text NOT NULL,
    raised_on date NOT NULL, raised_by text NOT NULL,
    state text NOT NULL
        CHECK (state IN ('open', 'looked_into', 'upheld', 'exempt', 'dismissed', 'ended')),
    so boolean, since date, circumstance text CHECK (circumstance IN ('livelihood', 'shares_only')), proof text,
    looked_on date, looked_by text,
    effect text CHECK (effect IN ('removal', 'exit', 'departure', 'correction', 'none')), decision_id uuid,
    settled_on date, settled_by text, dismissed_on date, dismissed_by text, ended_code text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (num_nulls(so, proof, looked_on, looked_by) IN (0, 4)),
    CHECK (so IS NOT NULL OR state = 'open' OR state = 'ended'),
    CHECK (since IS NULL OR so), CHECK (looked_on >= raised_on), CHECK (settled_on >= looked_on),
    CHECK (num_nulls(settled_on, settled_by) IN (0, 2)), CHECK (num_nulls(effect, decision_id) IN (0, 2)),
    CHECK ((effect IS NULL) = (state = 'open' OR state = 'looked_into' OR state = 'ended')),
    CHECK (effect IS NULL OR settled_on IS NOT NULL),
    CHECK (num_nulls(dismissed_on, dismissed_by) IN (0, 2)), CHECK (dismissed_on IS NULL OR state = 'dismissed'),
    CHECK ((ended_code IS NOT NULL) = (state = 'ended')),
    CHECK (due_on IS NOT NULL OR state NOT IN ('open', 'looked_into', 'upheld')),
    CONSTRAINT suspicion_is_looked_into_by_others CHECK (looked_by <> raised_by AND looked_by <> about),
    CONSTRAINT suspicion_is_settled_by_others
        CHECK (settled_by <> raised_by AND settled_by <> about AND settled_by <> looked_by),
    CONSTRAINT suspicion_is_dismissed_by_others
        CHECK (dismissed_by <> raised_by AND dismissed_by <> about AND dismissed_by <> looked_by
            AND dismissed_by <> settled_by));
-- The same is looked into once, whichever comparison found it.
CREATE UNIQUE INDEX suspicion_asked_once ON suspicion (household_id, code, person) NULLS NOT DISTINCT
    WHERE state IN ('open', 'looked_into');
CREATE INDEX ON suspicion (division, id);
CREATE INDEX ON suspicion (household_id, id);
CREATE INDEX ON suspicion (state, id);
CREATE INDEX ON suspicion (state, division, id);
CREATE INDEX ON suspicion (code, id);
CREATE INDEX ON suspicion (code, division, id);
CREATE INDEX ON suspicion (state, division, due_on, id) WHERE state IN ('open', 'looked_into', 'upheld');
CREATE INDEX ON suspicion (state, due_on, id) WHERE state IN ('open', 'looked_into', 'upheld');
"""
# A household does not move away from what is suspected of it.
HINDERS = """
DO $$
DECLARE
    said text := pg_get_functiondef('moving_households(uuid[])'::regprocedure);
    before text := 'OR EXISTS (SELECT FROM claim c';
BEGIN
    ASSERT strpos(said, before) > 0;
    EXECUTE replace(said, before, 'OR EXISTS (SELECT FROM suspicion c WHERE c.household_id = h.id
                AND c.state IN (''open'', ''looked_into''))
            ' || before);
END $$;
"""


def upgrade() -> None:
    run(TABLE)
    run(HINDERS)
    restrict_by_area("registry", "suspicion")
    # Whoever helps a household, or lives in it, does not look into what is suspected of it.
    for role in NAMES:
        narrow_to("suspicion", role, "false")
    open_to_the_narrowed("registry")
    run("REVOKE DELETE, TRUNCATE ON suspicion FROM registry_app, system, helper, villager, entity")
    audit("suspicion")
