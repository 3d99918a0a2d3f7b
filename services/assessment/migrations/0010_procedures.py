"""Visits of a household and of a village are found without reading the others."""

from shared.data.ddl import run

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("CREATE INDEX ON visit (household_id, id)")
    run("CREATE INDEX ON visit (division, id)")
