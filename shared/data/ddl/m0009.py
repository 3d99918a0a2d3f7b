"""DDL of policy changes: what documents say of a service's figures, as two persons of the county stated it."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, IN_AREA, audit, restrict
from shared.data.ddl.m0006 import open_to_the_narrowed

TABLES = """
CREATE TABLE policy_change (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL, document_no text NOT NULL CHECK (document_no <> ''),
    issuer text NOT NULL CHECK (issuer <> ''), title text NOT NULL CHECK (title <> ''), issued_on date NOT NULL,
    scan_sha256 text NOT NULL CHECK (scan_sha256 ~ '^[0-9a-f]{64}$'), effective_from date NOT NULL,
    trial jsonb NOT NULL CHECK (jsonb_typeof(trial) = 'object'),
    state text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'rejected')),
    proposed_on date NOT NULL, proposed_by text NOT NULL, confirmed_on date, confirmed_by text,
    sequence integer UNIQUE CHECK (sequence >= 1), policy_version text,
    trial_confirmed jsonb CHECK (jsonb_typeof(trial_confirmed) = 'object'), ended_code text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (issued_on <= proposed_on),
    CHECK (num_nulls(confirmed_on, confirmed_by) IN (0, 2)), CHECK (confirmed_on IS NOT NULL OR state = 'proposed'),
    CHECK (num_nulls(sequence, policy_version, trial_confirmed) IN (0, 3)),
    CHECK ((sequence IS NOT NULL) = (state = 'confirmed')), CHECK ((ended_code IS NOT NULL) = (state = 'rejected')),
    CHECK (due_on IS NOT NULL OR state <> 'proposed'),
    CONSTRAINT policy_change_is_confirmed_by_another CHECK (confirmed_by <> proposed_by));
CREATE INDEX ON policy_change (document_no);
CREATE INDEX ON policy_change (state, id);
CREATE INDEX ON policy_change (state, division, due_on, id) WHERE state = 'proposed';
CREATE INDEX ON policy_change (state, due_on, id) WHERE state = 'proposed';
CREATE TABLE policy_entry (
    change_id uuid NOT NULL REFERENCES policy_change, code text NOT NULL, value jsonb NOT NULL,
    effective_from date NOT NULL, effective_to date, PRIMARY KEY (change_id, code, effective_from),
    CHECK (effective_to > effective_from));
CREATE INDEX ON policy_entry (code, change_id);
-- What a change would have turned is asked of each rule's latest decisions.
CREATE INDEX ON decision (rule, id);
"""
# What is confirmed is read by everybody, wherever he is; what is not yet, by the county's own office and its auditors.
SHOWN = (
    f"{HAS_CONTEXT} AND (state = 'confirmed' OR ({IN_AREA.format(column='division')}"
    " AND current_setting('app.role', true) IN ('county', 'auditor')))"
)
WRITTEN = f"{IN_AREA.format(column='division')} AND current_setting('app.role', true) = 'county'"
OF_SHOWN = "EXISTS (SELECT FROM policy_change c WHERE c.id = change_id)"
OF_WRITTEN = f"EXISTS (SELECT FROM policy_change c WHERE c.id = change_id AND {WRITTEN})"


def create_policy_tables(service: str) -> None:
    """What was said of a figure stays said: another document takes its place."""
    run(TABLES)
    restrict(service, "policy_change", SHOWN, WRITTEN)
    restrict(service, "policy_entry", OF_SHOWN, OF_WRITTEN)
    open_to_the_narrowed(service)
    run(f"REVOKE DELETE, TRUNCATE ON policy_change FROM {service}_app, system, helper, villager, entity")
    run(f"REVOKE UPDATE, DELETE, TRUNCATE ON policy_entry FROM {service}_app, system, helper, villager, entity")
    audit("policy_change", "policy_entry")
