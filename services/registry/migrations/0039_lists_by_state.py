"""Amendments and removals are listed by state, however rare it is."""

from shared.data.ddl import run

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("CREATE INDEX ON amendment (state, id)")
    run("CREATE INDEX ON removal (state, id)")
