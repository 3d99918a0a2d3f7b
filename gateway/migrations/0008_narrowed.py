"""Tokens taken back; helpers, villagers and entities act as database roles of their own, here as everywhere."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict
from shared.data.ddl.m0006 import create_revocation_table, open_to_the_narrowed

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


COUNTY = "current_setting('app.role', true) IN ('county', 'auditor')"
TABLE = """
CREATE TABLE subject_revocation (
    id uuid PRIMARY KEY, subject text NOT NULL, not_before bigint NOT NULL,
    reason text NOT NULL CHECK (reason IN ('lost_device', 'left_office', 'suspected')), revoked_by text NOT NULL,
    revoked_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX ON subject_revocation (subject, id);
"""


def upgrade() -> None:
    create_revocation_table("gateway")
    run(TABLE)
    restrict("gateway", "subject_revocation", COUNTY)
    run("REVOKE UPDATE, DELETE, TRUNCATE ON subject_revocation FROM gateway_app, system")
    audit("subject_revocation")
    open_to_the_narrowed("gateway")
