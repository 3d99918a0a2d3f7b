"""Exits run in rounds: the county opens a year's round over its villages' lists (domain notes 9.6)."""

from shared.data.ddl.m0004 import create_round_table, run_in_rounds

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_round_table("registry")
    run_in_rounds("exit_case")
