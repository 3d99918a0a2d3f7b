"""Who got out is seen again at stated times; whom nobody saw in time is told to the township and the county."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0006 import narrow, open_to_the_narrowed

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE follow_up (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    exit_id uuid NOT NULL REFERENCES exit_case, months integer NOT NULL CHECK (months > 0), exited_on date NOT NULL,
    proposed_by text NOT NULL, opens_on date NOT NULL, month_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'done', 'ended')),
    income text CHECK (income IN ('over', 'near', 'under')), troubles text, measures text, evidence text,
    looked_on date, looked_by text, ended_code text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    UNIQUE (exit_id, months), CHECK (opens_on >= exited_on), CHECK (due_on >= opens_on),
    CHECK (month_on = date_trunc('month', month_on)),
    CHECK (num_nulls(income, troubles, measures, evidence, looked_on, looked_by)
        = CASE WHEN state = 'done' THEN 0 ELSE 6 END),
    CHECK (looked_on >= opens_on), CHECK ((ended_code IS NOT NULL) = (state = 'ended')),
    CHECK (due_on IS NOT NULL OR state <> 'open'),
    CONSTRAINT follow_up_is_made_by_another CHECK (looked_by <> proposed_by));
CREATE INDEX ON follow_up (division, id);
CREATE INDEX ON follow_up (household_id, id);
CREATE INDEX ON follow_up (state, id);
CREATE INDEX ON follow_up (state, division, id);
CREATE INDEX ON follow_up (month_on, id);
CREATE INDEX ON follow_up (month_on, division, id);
CREATE INDEX ON follow_up (state, division, due_on, id) WHERE state = 'open';
CREATE INDEX ON follow_up (state, due_on, id) WHERE state = 'open';
"""
# A household takes its follow-ups along: whoever sees to it now goes there.
FOLLOWS = """
DO $$
DECLARE
    said text := pg_get_functiondef('move_households(uuid[])'::regprocedure);
    before text := 'UPDATE person_index x SET division';
BEGIN
    ASSERT strpos(said, before) > 0;
    EXECUTE replace(said, before, 'UPDATE follow_up x SET division = t.division FROM transfer t
        WHERE t.id = ANY(moved) AND x.household_id = t.household_id;
    ' || before);
END $$;
"""


def upgrade() -> None:
    run(TABLE)
    run(FOLLOWS)
    restrict_by_area("registry", "follow_up")
    narrow("follow_up")
    open_to_the_narrowed("registry")
    run("REVOKE DELETE, TRUNCATE ON follow_up FROM registry_app, system, helper, villager, entity")
    audit("follow_up")
