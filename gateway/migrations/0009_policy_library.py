"""Which documents changed a figure of a service, as the services told it."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, restrict
from shared.data.ddl.m0006 import open_to_the_narrowed

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE policy_notice (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, change_id uuid NOT NULL UNIQUE, service text NOT NULL,
    document_no text NOT NULL, issuer text NOT NULL, title text NOT NULL, issued_on date NOT NULL,
    codes text[] NOT NULL, effective_from date NOT NULL, policy_version text NOT NULL, confirmed_on date NOT NULL);
"""


def upgrade() -> None:
    run(TABLE)
    restrict("gateway", "policy_notice", HAS_CONTEXT, "current_setting('app.role', true) = 'system'")
    open_to_the_narrowed("gateway")
    run("REVOKE UPDATE, DELETE, TRUNCATE ON policy_notice FROM gateway_app, system, helper, villager, entity")
