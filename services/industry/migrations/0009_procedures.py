"""Certificates and posts are led by the shared engine; a post whose household lost somebody is held."""

from shared.data.ddl.m0003 import create_case_step_table, make_cases

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_case_step_table("industry")
    make_cases("training_certificate", "coalesce(accepted_on, recorded_on)", ("recorded",))
