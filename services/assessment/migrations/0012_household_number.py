"""The household's number, by which a survey draws; what each draw went by stays with its candidates."""

from shared.data.ddl import run
from shared.data.ddl.m0005 import number_households

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Earlier draws went by ids.
DRAWN_BY = """
ALTER TABLE survey_candidate ADD COLUMN drawn_by text COLLATE "C";
SELECT set_config('app.subject', 'system:migration', true), set_config('app.role', 'system', true);
UPDATE survey_candidate SET drawn_by = household_id::text;
ALTER TABLE survey_candidate ALTER COLUMN drawn_by SET NOT NULL;
"""


def upgrade() -> None:
    number_households()
    run(DRAWN_BY)
