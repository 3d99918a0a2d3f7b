"""Departures and removals are led by the shared engine: their steps are logged, their cases say since when."""

from shared.data.ddl import run
from shared.data.ddl.m0003 import make_cases

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_cases("departure", "coalesce(decided_on, reported_on)", ("reported",))
    make_cases("removal", "coalesce(decided_on, proposed_on)", ("proposed",))
    # What is listed of a household.
    for table in ("departure", "removal"):
        run(f"CREATE INDEX ON {table} (household_id, id)")
