"""What is built and waits for its acceptance is found by the day until which it should come."""

from shared.data.ddl import run

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("CREATE INDEX ON building ((declared_on + 30), id) WHERE state = 'declared'")
