"""The finance bureau checks claims; what waits is asked by version too."""

from shared.data.ddl import run

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INDEXES = """
DROP INDEX discount_claim_state_division_due_on_id_idx;
DROP INDEX discount_claim_state_due_on_id_idx;
CREATE INDEX ON discount_claim (procedure_version, state, division, due_on, id) WHERE state = 'made';
CREATE INDEX ON discount_claim (procedure_version, state, due_on, id) WHERE state = 'made';
"""


def upgrade() -> None:
    run(INDEXES)
