"""What opens a lot's commitment to whether its household needs an accessible flat; lots frozen before have none."""

from shared.data.ddl import run

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("ALTER TABLE allocation_lot ADD COLUMN nonce text CHECK (nonce ~ '^[0-9a-f]{64}$')")
