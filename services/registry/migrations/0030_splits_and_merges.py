"""Households that split and merge: reported by one person, confirmed by another."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0006 import narrow, open_to_the_narrowed

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

LED = """
    state text NOT NULL CHECK (state IN ('reported', 'confirmed', 'rejected')),
    reported_on date NOT NULL, reported_by text NOT NULL, decided_on date, decided_by text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (decided_on >= reported_on), CHECK (due_on IS NOT NULL OR state <> 'reported'),
    CHECK (num_nulls(decided_on, decided_by) = CASE WHEN state = 'reported' THEN 2 ELSE 0 END)
"""
# `relations`: by reference, what somebody is to the head; of each household one split waits at a time, and one merge.
TABLES = f"""
CREATE TABLE household_split (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    relations jsonb NOT NULL CHECK (jsonb_typeof(relations) = 'object' AND relations <> '{{}}'),
    split_on date NOT NULL, new_household_id uuid REFERENCES household DEFERRABLE INITIALLY DEFERRED, {LED},
    CHECK (split_on <= reported_on), CHECK ((new_household_id IS NOT NULL) = (state = 'confirmed')),
    CONSTRAINT split_decider_is_not_reporter CHECK (decided_by <> reported_by));
CREATE UNIQUE INDEX split_once ON household_split (household_id) WHERE state = 'reported';
CREATE TABLE household_merge (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, other_id uuid NOT NULL REFERENCES household,
    division text COLLATE "C" NOT NULL,
    relations jsonb NOT NULL CHECK (jsonb_typeof(relations) = 'object' AND relations <> '{{}}'),
    merged_on date NOT NULL, {LED}, CHECK (merged_on <= reported_on), CHECK (other_id <> household_id),
    CONSTRAINT merge_decider_is_not_reporter CHECK (decided_by <> reported_by));
CREATE UNIQUE INDEX merge_once ON household_merge (household_id) WHERE state = 'reported';
CREATE UNIQUE INDEX merge_ends_once ON household_merge (other_id) WHERE state = 'reported';
CREATE INDEX ON household_merge (other_id, id);
"""
INDEXES = """
CREATE INDEX ON {table} (division, id);
CREATE INDEX ON {table} (household_id, id);
CREATE INDEX ON {table} (state, id);
CREATE INDEX ON {table} (state, division, id);
CREATE INDEX ON {table} (state, division, due_on, id) WHERE state = 'reported';
CREATE INDEX ON {table} (state, due_on, id) WHERE state = 'reported';
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("household_split", "household_merge"):
        run(INDEXES.format(table=table))
        restrict_by_area("registry", table)
        narrow(table)
    audit("household_split", "household_merge")
    open_to_the_narrowed("registry")
