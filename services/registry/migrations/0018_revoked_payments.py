"""A payment that did not arrive after all was no income; that it was told stays told."""

from shared.data.ddl import run

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("ALTER TABLE income_payment ADD COLUMN revoked_on date;"
        " GRANT UPDATE (revoked_on) ON income_payment TO registry_app, system")  # fmt: skip
