"""What a list asks of how a household lives stands beside its key: the index alone answers, and as high as it must."""

from shared.data.ddl import run

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

# The planner took the constraint's index instead, which grows faster with the register.
COVERING = """
DROP INDEX household_fact_household_id_idx;
CREATE INDEX household_fact_household_id_idx ON household_fact (household_id)
    INCLUDE (division, valid, known, deep_poverty);
"""


def upgrade() -> None:
    run(COVERING)
