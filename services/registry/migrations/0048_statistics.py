"""Months that are fixed: what was counted of them, and what outsiders are not shown."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, audit, restrict
from shared.data.ddl.m0002 import append_only
from shared.data.ddl.m0006 import open_to_the_narrowed

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE statistic_month (
    month text COLLATE "C" PRIMARY KEY CHECK (month ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
    closed_on date NOT NULL CHECK (to_char(closed_on, 'YYYY-MM') > month), closed_by text NOT NULL,
    closed_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE statistic_cell (
    month text COLLATE "C" NOT NULL REFERENCES statistic_month,
    cut text NOT NULL CHECK (cut IN ('status', 'attribute', 'cause', 'deep_poverty', 'sex', 'age', 'labour', 'health',
        'schooling')),
    division text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL,
    households integer NOT NULL CHECK (households > 0), people integer NOT NULL CHECK (people >= 0),
    hidden boolean NOT NULL, PRIMARY KEY (month, cut, division, key));
"""


def upgrade() -> None:
    run(TABLES)
    # Nobody is told apart by a count: everybody reads it, and the door hides what is small.
    restrict("registry", "statistic_month", HAS_CONTEXT)
    restrict("registry", "statistic_cell", HAS_CONTEXT)
    append_only("registry", "statistic_month", "statistic_cell")
    audit("statistic_month", "statistic_cell")
    open_to_the_narrowed("registry")
