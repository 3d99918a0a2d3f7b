"""Amendments are led by the shared engine: their steps are logged, their cases say since when."""

from shared.data.ddl import run
from shared.data.ddl.m0003 import make_cases

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_cases("amendment", "coalesce(decided_on, proposed_on)", ("proposed",))
    # What is listed of a household.
    run("CREATE INDEX ON amendment (household_id, id)")
