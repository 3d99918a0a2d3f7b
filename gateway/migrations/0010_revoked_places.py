"""Who is told that a village has left the list is told as well that it had not, and of whole townships."""

from shared.data.ddl import run

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TOLD = """
SELECT set_config('app.subject', 'system:migration', true), set_config('app.role', 'system', true);
UPDATE subscription SET types = types || ARRAY['county.township_exit_revoked.v1', 'county.township_exited.v1',
    'county.village_exit_revoked.v1'] WHERE 'county.village_exited.v1' = ANY(types);
"""


def upgrade() -> None:
    run(TOLD)
