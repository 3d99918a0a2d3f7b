"""Whom a round drew and nobody asked, because the household was struck or frozen: kept when the round closes."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import restrict_by_area
from shared.data.ddl.m0006 import narrow, open_to_the_narrowed

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE survey_unasked (
    sample_id uuid PRIMARY KEY REFERENCES survey_sample, household_id uuid NOT NULL, division text COLLATE "C" NOT NULL,
    code text NOT NULL CHECK (code IN ('shared.household_removed', 'shared.frozen')), noted_on date NOT NULL);
"""


def upgrade() -> None:
    run(TABLE)
    restrict_by_area("assessment", "survey_unasked")
    # What a round ended with stays so.
    run("REVOKE UPDATE, DELETE, TRUNCATE ON survey_unasked FROM assessment_app, system")
    open_to_the_narrowed("assessment")
    narrow("survey_unasked")
