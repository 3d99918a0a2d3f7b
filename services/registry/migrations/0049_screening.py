"""Who was with which household on which day, for whoever asks whether one person can have been with so many."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0002 import append_only
from shared.data.ddl.m0006 import NAMES, narrow_to, open_to_the_narrowed

revision = "0049"
down_revision = "0046"
branch_labels = None
depends_on = None

VISITS = """
CREATE TABLE home_visit (
    visit_id uuid PRIMARY KEY, household_id uuid NOT NULL, division text COLLATE "C" NOT NULL,
    visited_on date NOT NULL, visited_by text NOT NULL);
CREATE INDEX ON home_visit (division, visited_on);
CREATE INDEX ON home_visit (household_id, visited_on);
CREATE INDEX ON case_step (division, acted_on);
"""


def upgrade() -> None:
    run(VISITS)
    restrict_by_area("registry", "home_visit")
    for role in NAMES:
        narrow_to("home_visit", role, "false")
    append_only("registry", "home_visit")
    open_to_the_narrowed("registry")
    audit("home_visit")
