"""A post names who works there, and who died or left a household is remembered: nobody works who is gone."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, audit, restrict

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE post_assignment ADD COLUMN person text;
CREATE TABLE departed (
    person text PRIMARY KEY, household_id uuid NOT NULL, division text COLLATE "C" NOT NULL, departed_on date NOT NULL);
"""


def upgrade() -> None:
    run(TABLES)
    # Open to every caller, as freezes are: it is asked for persons whom he names himself.
    restrict("industry", "departed", HAS_CONTEXT)
    # It comes by events alone.
    run("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON departed FROM industry_app")
    audit("departed")
