"""Where a household lives that was relocated: without it nobody could say whether its helper was there."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE home_place (
    household_id uuid PRIMARY KEY REFERENCES household, division text COLLATE "C" NOT NULL,
    lat_e6 integer NOT NULL CHECK (lat_e6 BETWEEN -90000000 AND 90000000),
    lon_e6 integer NOT NULL CHECK (lon_e6 BETWEEN -180000000 AND 180000000),
    since_on date NOT NULL, set_on date NOT NULL, set_by text NOT NULL);
"""


def upgrade() -> None:
    run(TABLES)
    restrict_by_area("assessment", "home_place")
    audit("home_place")
