"""Who is in deep poverty is listed as of any day, however few they are."""

from shared.data.ddl import run

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("CREATE INDEX ON household_fact (household_id) WHERE deep_poverty")
    run("CREATE INDEX ON household_fact (division, household_id) WHERE deep_poverty")
