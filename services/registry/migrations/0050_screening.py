"""Who was with which household on which day, for whoever asks whether one person can have been with so many; and lists
of households that somebody independent looks at, with what he found.
"""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0002 import append_only
from shared.data.ddl.m0006 import NAMES, narrow_to, open_to_the_narrowed

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

VISITS = """
CREATE TABLE home_visit (
    visit_id uuid PRIMARY KEY, household_id uuid NOT NULL, division text COLLATE "C" NOT NULL,
    visited_on date NOT NULL, visited_by text NOT NULL);
CREATE INDEX ON home_visit (division, visited_on);
CREATE INDEX ON home_visit (household_id, visited_on);
CREATE INDEX ON case_step (division, acted_on);
"""


INSPECTIONS = """
CREATE TABLE inspection_list (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL, month_on date NOT NULL, seed text NOT NULL,
    budget integer NOT NULL CHECK (budget > 0), population integer NOT NULL CHECK (population > 0),
    state text NOT NULL CHECK (state IN ('drawn', 'confirmed', 'rejected')),
    drawn_on date NOT NULL, drawn_by text NOT NULL, decided_on date, decided_by text, ended_code text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (month_on = date_trunc('month', month_on)), CHECK (num_nulls(decided_on, decided_by) IN (0, 2)),
    CHECK ((decided_on IS NULL) = (state = 'drawn')), CHECK (decided_on >= drawn_on),
    CHECK ((ended_code IS NOT NULL) = (state = 'rejected')), CHECK (due_on IS NOT NULL OR state <> 'drawn'),
    CONSTRAINT inspection_list_is_confirmed_by_another CHECK (decided_by <> drawn_by));
CREATE UNIQUE INDEX inspection_list_once_a_month ON inspection_list (division, month_on) WHERE state <> 'rejected';
CREATE INDEX ON inspection_list (division, id);
CREATE INDEX ON inspection_list (state, id);
CREATE INDEX ON inspection_list (state, division, id);
CREATE INDEX ON inspection_list (state, division, due_on, id) WHERE state = 'drawn';
CREATE INDEX ON inspection_list (state, due_on, id) WHERE state = 'drawn';
CREATE TABLE inspection (
    id uuid PRIMARY KEY, list_id uuid NOT NULL REFERENCES inspection_list,
    household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    drawn_as text NOT NULL CHECK (drawn_as IN ('random', 'score')), score integer NOT NULL CHECK (score >= 0),
    signs text NOT NULL, state text NOT NULL CHECK (state IN ('drawn', 'open', 'sound', 'wrong', 'ended')),
    drawn_on date NOT NULL, drawn_by text NOT NULL,
    wrong_in text CHECK (wrong_in IN ('income', 'house', 'people', 'visit', 'conditions')), evidence text,
    inspected_on date, inspected_by text, ended_code text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK ((wrong_in IS NOT NULL) = (state = 'wrong')), CHECK (inspected_on >= drawn_on),
    CHECK (num_nulls(evidence, inspected_on, inspected_by) = CASE WHEN state IN ('sound', 'wrong') THEN 0 ELSE 3 END),
    CHECK ((ended_code IS NOT NULL) = (state = 'ended')), CHECK (due_on IS NOT NULL OR state <> 'open'),
    CONSTRAINT inspection_is_made_by_another CHECK (inspected_by <> drawn_by));
-- Of a household one inspection goes on.
CREATE UNIQUE INDEX inspection_one_at_a_time ON inspection (household_id) WHERE state IN ('drawn', 'open');
CREATE INDEX ON inspection (division, id);
CREATE INDEX ON inspection (household_id, id);
CREATE INDEX ON inspection (list_id, id);
CREATE INDEX ON inspection (list_id, division, id);
CREATE INDEX ON inspection (state, id);
CREATE INDEX ON inspection (state, division, id);
CREATE INDEX ON inspection (state, division, due_on, id) WHERE state = 'open';
CREATE INDEX ON inspection (state, due_on, id) WHERE state = 'open';
"""
# What an inspection found otherwise is suspected.
WORDS = """
ALTER TABLE suspicion DROP CONSTRAINT suspicion_code_check, DROP CONSTRAINT suspicion_source_check,
    ADD CHECK (code IN ('EX1', 'EX2', 'EX3', 'EX4', 'EX5', 'EX6', 'EX7', 'EX8', 'EX9', 'EX10', 'same_person',
        'similar_person', 'listed', 'inspected')),
    ADD CHECK (source IN ('person', 'match', 'duplicate', 'inspection'));
"""
TABLES = ("home_visit", "inspection_list", "inspection")


def upgrade() -> None:
    run(VISITS)
    run(INSPECTIONS)
    run(WORDS)
    for table in TABLES:
        restrict_by_area("registry", table)
        for role in NAMES:
            narrow_to(table, role, "false")
    append_only("registry", "home_visit")
    run("REVOKE DELETE, TRUNCATE ON inspection_list, inspection FROM registry_app, system")
    open_to_the_narrowed("registry")
    audit(*TABLES)
