"""Members who may be one person: what searches of a county found, and what people say of each pair."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0006 import NAMES, narrow_to, open_to_the_narrowed

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE duplicate_search (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    asked_on date NOT NULL, asked_by text NOT NULL, attempts integer NOT NULL CHECK (attempts >= 0),
    people integer NOT NULL CHECK (people >= 0), pairs integer NOT NULL CHECK (pairs >= 0),
    raised integer NOT NULL CHECK (raised >= 0), crowded integer NOT NULL CHECK (crowded >= 0),
    CHECK (raised <= pairs), CHECK (state = 'done' OR people + pairs + crowded = 0));
CREATE INDEX ON duplicate_search (division, id);
CREATE INDEX ON duplicate_search (state, id);
CREATE INDEX ON duplicate_search (state, division, id);
CREATE TABLE duplicate (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL,
    household_id uuid NOT NULL REFERENCES household, household_division text COLLATE "C" NOT NULL, person text NOT NULL,
    other_household_id uuid NOT NULL REFERENCES household, other_division text COLLATE "C" NOT NULL,
    other_person text NOT NULL,
    code text NOT NULL CHECK (code IN ('same_person', 'similar_person')), score integer NOT NULL, alike text NOT NULL,
    search_id uuid NOT NULL REFERENCES duplicate_search, found_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'between', 'suspected', 'different', 'ended')),
    reason text, suspicion_id uuid, reviewed_on date, reviewed_by text, ended_code text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (person <> other_person), CHECK (starts_with(household_division, division)),
    CHECK (starts_with(other_division, division)),
    -- Of two townships the county is asked, which alone sees both.
    CHECK (state <> 'open' OR length(division) >= 9), CHECK (state <> 'between' OR length(division) < 9),
    CHECK (num_nulls(reviewed_on, reviewed_by) IN (0, 2)), CHECK (reviewed_on >= found_on),
    CHECK (reviewed_on IS NOT NULL OR state NOT IN ('suspected', 'different')),
    CHECK ((reason IS NOT NULL) = (state = 'different')), CHECK (suspicion_id IS NULL OR state = 'suspected'),
    CHECK ((ended_code IS NOT NULL) = (state = 'ended')),
    CHECK (due_on IS NOT NULL OR state NOT IN ('open', 'between')));
CREATE INDEX ON duplicate (division, id);
CREATE INDEX ON duplicate (household_id, id);
CREATE INDEX ON duplicate (other_household_id, id);
CREATE INDEX ON duplicate (state, id);
CREATE INDEX ON duplicate (state, division, id);
CREATE INDEX ON duplicate (code, id);
CREATE INDEX ON duplicate (code, division, id);
CREATE INDEX ON duplicate (id) WHERE state IN ('open', 'between');
CREATE INDEX ON duplicate (state, division, due_on, id) WHERE state IN ('open', 'between');
CREATE INDEX ON duplicate (state, due_on, id) WHERE state IN ('open', 'between');
"""
# What people say of a pair is looked into as what a list or a person says.
SOURCE = """
ALTER TABLE suspicion DROP CONSTRAINT suspicion_source_check;
ALTER TABLE suspicion ADD CONSTRAINT suspicion_source_check CHECK (source IN ('person', 'match', 'duplicate'));
"""


def upgrade() -> None:
    run(TABLES)
    run(SOURCE)
    for table in ("duplicate_search", "duplicate"):
        restrict_by_area("registry", table)
        # Whoever helps a household, or lives in it, does not sort out who is registered twice.
        for role in NAMES:
            narrow_to(table, role, "false")
    open_to_the_narrowed("registry")
    run("REVOKE DELETE, TRUNCATE ON duplicate_search, duplicate FROM registry_app, system, helper, villager, entity")
    audit("duplicate_search", "duplicate")
