"""Who splits off a household that got out is followed up by its exit, and who was struck by mistake goes on to be."""

from shared.data.ddl import run

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

# Of an exit there are as many households as split since; what ended may begin again.
TABLE = """
ALTER TABLE follow_up DROP CONSTRAINT follow_up_exit_id_months_key;
CREATE UNIQUE INDEX ON follow_up (exit_id, household_id, months) WHERE state <> 'ended';
"""


def upgrade() -> None:
    run(TABLE)
