"""What subscribers did upon what they were told."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OWN = "owner_subject = nullif(current_setting('app.subject', true), '')"

TABLES = """
CREATE TABLE acknowledgement (
    owner_subject text NOT NULL, event_id text NOT NULL REFERENCES exit_fact (event_id), action text NOT NULL,
    acted_on date NOT NULL, reference text NOT NULL, acknowledged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (owner_subject, event_id, action));
"""


def upgrade() -> None:
    run(TABLES)
    restrict(
        "gateway", "acknowledgement", f"{OWN} OR current_setting('app.role', true) IN ('county', 'auditor')", check=OWN
    )
    # What was said stays said.
    run("REVOKE UPDATE, DELETE, TRUNCATE ON acknowledgement FROM gateway_app, system")
    audit("acknowledgement")
