"""What was said of a fact is found by the fact, and who may read it is asked once a statement."""

from shared.data.ddl import run

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# As in 0006: asked of every row, the planner takes it for a filter that leaves one in a hundred, and sorts them all.
READERS = """
    owner_subject = (SELECT nullif(current_setting('app.subject', true), ''))
    OR (SELECT current_setting('app.role', true) IN ('county', 'auditor'))
"""


def upgrade() -> None:
    run("CREATE INDEX ON acknowledgement (event_id, owner_subject, action)")
    run(f"ALTER POLICY app_rows ON acknowledgement USING ({READERS})")
