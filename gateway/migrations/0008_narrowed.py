"""A helper and a villager act as database roles of their own, here as everywhere."""

from shared.data.ddl.m0006 import open_to_the_narrowed

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    open_to_the_narrowed("gateway")
