"""What an undone exit or registration touches: a case, what each service said it gave, and what becomes of it."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0006 import NAMES, narrow_to, open_to_the_narrowed

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE touched_case (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    cause text NOT NULL CHECK (cause IN ('exit_revoked', 'removed', 'reinstated')), source_id uuid NOT NULL,
    opened_on date NOT NULL, answered text[] NOT NULL DEFAULT '{}', benefits integer NOT NULL CHECK (benefits >= 0),
    state text NOT NULL CHECK (state IN ('asked', 'open', 'said', 'confirmed', 'empty', 'ended')),
    said_on date, said_by text, confirmed_on date, confirmed_by text, ended_code text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (num_nulls(said_on, said_by) IN (0, 2)), CHECK (num_nulls(confirmed_on, confirmed_by) IN (0, 2)),
    CHECK (said_on >= opened_on), CHECK (confirmed_on >= said_on),
    CHECK (said_on IS NOT NULL OR state NOT IN ('said', 'confirmed')),
    CHECK (confirmed_on IS NOT NULL OR state <> 'confirmed'),
    CHECK (benefits > 0 OR state NOT IN ('open', 'said', 'confirmed')), CHECK (benefits = 0 OR state <> 'empty'),
    CHECK ((ended_code IS NOT NULL) = (state = 'ended')),
    CHECK (due_on IS NOT NULL OR state NOT IN ('open', 'said')),
    CONSTRAINT touched_is_confirmed_by_another CHECK (confirmed_by <> said_by));
-- What is undone later lists all of it again.
CREATE UNIQUE INDEX touched_once ON touched_case (household_id) WHERE state IN ('asked', 'open', 'said');
CREATE INDEX ON touched_case (division, id);
CREATE INDEX ON touched_case (household_id, id);
CREATE INDEX ON touched_case (state, id);
CREATE INDEX ON touched_case (state, division, id);
CREATE INDEX ON touched_case (cause, id);
CREATE INDEX ON touched_case (cause, division, id);
CREATE INDEX ON touched_case (state, division, due_on, id) WHERE state IN ('open', 'said');
CREATE INDEX ON touched_case (state, due_on, id) WHERE state IN ('open', 'said');
CREATE TABLE touched_benefit (
    id uuid PRIMARY KEY, case_id uuid NOT NULL REFERENCES touched_case, household_id uuid NOT NULL REFERENCES household,
    division text COLLATE "C" NOT NULL,
    service text NOT NULL CHECK (service IN ('finance', 'relocation', 'industry', 'assessment')),
    kind text NOT NULL, source text NOT NULL, standing text NOT NULL, amount_fen bigint CHECK (amount_fen >= 0),
    times integer NOT NULL CHECK (times >= 0), first_on date, last_on date,
    outcome text CHECK (outcome IN ('goes_on', 'stops', 'recovered')), reason text,
    UNIQUE (case_id, service, kind, source), CHECK (num_nulls(outcome, reason) IN (0, 2)),
    CHECK (outcome <> 'recovered' OR amount_fen > 0));
CREATE INDEX ON touched_benefit (division);
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("touched_case", "touched_benefit"):
        restrict_by_area("registry", table)
        # Whoever helps a household, or lives in it, does not say what becomes of what it was given.
        for role in NAMES:
            narrow_to(table, role, "false")
    open_to_the_narrowed("registry")
    run("REVOKE DELETE, TRUNCATE ON touched_case, touched_benefit FROM registry_app, system, helper, villager, entity")
    audit("touched_case", "touched_benefit")
