"""What departments alone know of people: the level of a disability, and what of care somebody has; and plans."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0006 import narrow, open_to_the_narrowed

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

# What nobody has attested yet is empty.
CARE = """
ALTER TABLE member_fact
    ADD COLUMN disability_level integer CHECK (disability_level BETWEEN 1 AND 4), ADD COLUMN family_doctor boolean,
    ADD COLUMN chronic_card boolean, ADD COLUMN assistive_device boolean, ADD COLUMN rehabilitation boolean,
    ADD COLUMN home_adapted boolean;
"""
# Help of which only its payments tell.
PAID = """
ALTER TABLE measure DROP CONSTRAINT measure_kind_check;
ALTER TABLE measure ADD CONSTRAINT measure_kind_check
    CHECK (kind IN ('loan', 'relocation', 'dividend', 'post', 'training', 'project', 'pv', 'forestry'));
"""
PLANS = """
CREATE TABLE plan_line (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    year integer NOT NULL CHECK (year BETWEEN 2014 AND 2030), kind text NOT NULL, person text,
    owner text NOT NULL CHECK (owner IN ('village', 'team', 'helper', 'township', 'education', 'health',
        'civil_affairs', 'disabled_federation', 'housing', 'water', 'human_resources', 'agriculture', 'forestry',
        'finance')),
    owner_subject text, budget_fen bigint NOT NULL CHECK (budget_fen >= 0), planned_on date NOT NULL,
    proposed_on date NOT NULL, proposed_by text NOT NULL,
    state text NOT NULL
        CHECK (state IN ('proposed', 'confirmed', 'reported', 'done', 'missed', 'rejected', 'ended')),
    confirmed_on date, confirmed_by text, reached boolean, evidence text, stated_on date, stated_by text,
    settled_on date, settled_by text, counted_on date, measure_source text, ended_code text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (extract(year FROM planned_on) = year), CHECK (planned_on >= proposed_on),
    CHECK (num_nulls(confirmed_on, confirmed_by) IN (0, 2)), CHECK (num_nulls(settled_on, settled_by) IN (0, 2)),
    CHECK (num_nulls(reached, evidence, stated_on, stated_by) IN (0, 4)),
    CHECK (confirmed_on IS NOT NULL OR state IN ('proposed', 'ended')),
    CHECK (stated_on IS NOT NULL OR state NOT IN ('reported', 'missed')),
    -- By what the register knows, or by what another person agreed to.
    CHECK (state <> 'done' OR counted_on IS NOT NULL OR (settled_on IS NOT NULL AND reached)),
    CHECK (state <> 'missed' OR (settled_on IS NOT NULL AND NOT reached)),
    CHECK (measure_source IS NULL OR counted_on IS NOT NULL),
    CHECK ((ended_code IS NOT NULL) = (state IN ('rejected', 'ended'))),
    CHECK (due_on IS NOT NULL OR state NOT IN ('proposed', 'confirmed', 'reported')),
    CONSTRAINT plan_line_is_confirmed_by_another CHECK (confirmed_by <> proposed_by),
    CONSTRAINT plan_line_is_checked_by_another
        CHECK (settled_by <> stated_by AND settled_by <> confirmed_by AND settled_by <> proposed_by));
-- The same is planned once at a time.
CREATE UNIQUE INDEX plan_line_planned_once ON plan_line (household_id, year, kind, person) NULLS NOT DISTINCT
    WHERE state IN ('proposed', 'confirmed', 'reported');
CREATE INDEX ON plan_line (division, id);
CREATE INDEX ON plan_line (household_id, id);
CREATE INDEX ON plan_line (state, id);
CREATE INDEX ON plan_line (state, division, id);
CREATE INDEX ON plan_line (owner, id);
CREATE INDEX ON plan_line (owner, division, id);
CREATE INDEX ON plan_line (state, division, due_on, id) WHERE state IN ('proposed', 'confirmed', 'reported');
CREATE INDEX ON plan_line (state, due_on, id) WHERE state IN ('proposed', 'confirmed', 'reported');
CREATE INDEX ON plan_line (owner, division, due_on, id) WHERE state = 'confirmed';
CREATE INDEX ON plan_line (owner, due_on, id) WHERE state = 'confirmed';
CREATE INDEX ON plan_line (measure_source) WHERE measure_source IS NOT NULL;
"""
# A household takes its plan along: whoever sees to it now sees to what was planned.
FOLLOWS = """
DO $$
DECLARE
    said text := pg_get_functiondef('move_households(uuid[])'::regprocedure);
    before text := 'UPDATE person_index x SET division';
BEGIN
    ASSERT strpos(said, before) > 0;
    EXECUTE replace(said, before, 'UPDATE plan_line x SET division = t.division FROM transfer t
        WHERE t.id = ANY(moved) AND x.household_id = t.household_id;
    ' || before);
END $$;
"""


def upgrade() -> None:
    run(CARE)
    run(PAID)
    run(PLANS)
    run(FOLLOWS)
    restrict_by_area("registry", "plan_line")
    narrow("plan_line")
    open_to_the_narrowed("registry")
    run("REVOKE DELETE, TRUNCATE ON plan_line FROM registry_app, system, helper, villager, entity")
    audit("plan_line")
