"""What visits found: asked about once, answered by nobody who saw it there, whatever a service would let him."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0006 import narrow, open_to_the_narrowed

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE visit_finding (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    visit_id uuid NOT NULL, finding text NOT NULL CHECK (finding IN
        ('house_unsafe', 'water_unsafe', 'school_dropout', 'untreated_illness', 'uninsured', 'income_lower_than_stated',
        'income_higher_than_stated', 'died', 'not_living_here')),
    found_on date NOT NULL, found_by text NOT NULL, witnesses text[] NOT NULL DEFAULT '{}',
    state text NOT NULL CHECK (state IN ('open', 'so', 'not_so', 'ended')), evidence text,
    house_grade text CHECK (house_grade IN ('C', 'D')), income_year integer, answered_on date, answered_by text,
    ended_code text, procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL,
    due_on date,
    CHECK (num_nulls(evidence, answered_on, answered_by) = CASE WHEN state IN ('so', 'not_so') THEN 0 ELSE 3 END),
    CHECK ((house_grade IS NOT NULL) = (state = 'so' AND finding = 'house_unsafe')),
    CHECK (income_year IS NULL OR state = 'so'), CHECK (answered_on >= found_on),
    CHECK ((ended_code IS NOT NULL) = (state = 'ended')), CHECK (due_on IS NOT NULL OR state <> 'open'),
    CONSTRAINT finding_is_answered_by_others CHECK (answered_by <> found_by AND answered_by <> ALL (witnesses)));
CREATE UNIQUE INDEX visit_finding_asked_once ON visit_finding (household_id, finding) WHERE state = 'open';
CREATE INDEX ON visit_finding (division, id);
CREATE INDEX ON visit_finding (household_id, id);
CREATE INDEX ON visit_finding (state, id);
CREATE INDEX ON visit_finding (state, division, id);
CREATE INDEX ON visit_finding (state, division, due_on, id) WHERE state = 'open';
CREATE INDEX ON visit_finding (state, due_on, id) WHERE state = 'open';
"""


def upgrade() -> None:
    run(TABLE)
    restrict_by_area("registry", "visit_finding")
    narrow("visit_finding")
    open_to_the_narrowed("registry")
    run("REVOKE DELETE ON visit_finding FROM registry_app, system, helper, villager, entity")
    audit("visit_finding")
