"""The business clock of a played year: one row, absent until it is first set."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, audit, restrict

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE clock (
    single boolean PRIMARY KEY DEFAULT true CHECK (single), business_date date NOT NULL);
"""


def upgrade() -> None:
    run(TABLES)
    restrict("gateway", "clock", HAS_CONTEXT, check="current_setting('app.role', true) = 'county'")
    audit("clock")
