"""Grants to resolve households to their people, and the record of every household that was resolved."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OWN = "subject = nullif(current_setting('app.subject', true), '')"
COUNTY = "current_setting('app.role', true) = 'county'"
LOOKS = "current_setting('app.role', true) IN ('county', 'auditor')"

TABLES = """
CREATE TABLE resolve_grant (
    subject text PRIMARY KEY, purposes text[] NOT NULL CHECK (cardinality(purposes) > 0),
    id_numbers boolean NOT NULL, ends_on date NOT NULL, granted_on date NOT NULL, granted_by text NOT NULL,
    -- Nobody lets himself in.
    CONSTRAINT grantor_is_not_grantee CHECK (granted_by <> subject), CHECK (ends_on > granted_on));

-- Without a division: also who asked for a household that is not there is on record.
CREATE TABLE resolution (
    id uuid PRIMARY KEY DEFAULT uuidv7(), subject text NOT NULL, role text NOT NULL, household_id uuid NOT NULL,
    purpose text NOT NULL, reference text NOT NULL, id_numbers boolean NOT NULL, people integer NOT NULL,
    asked_on date NOT NULL, correlation_id uuid NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX ON resolution (subject, asked_at);
CREATE INDEX ON resolution (household_id);
"""


def upgrade() -> None:
    run(TABLES)
    restrict("registry", "resolve_grant", f"{OWN} OR {LOOKS}", check=COUNTY)
    restrict("registry", "resolution", f"{OWN} OR {LOOKS}", check=OWN)
    run("""
        REVOKE DELETE, TRUNCATE ON resolve_grant FROM registry_app, system;
        REVOKE UPDATE, DELETE, TRUNCATE ON resolution FROM registry_app, system;
    """)
    audit("resolve_grant")
