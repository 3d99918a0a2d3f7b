"""Visits and days of presence, as phones sent them: evidence that nobody changes."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import restrict_by_area

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# `distance_m` is to the village's place; NULL where nobody said where it is. `note_digest`: SHA-256 of the note in
# small letters without spaces, so that copied notes are found. Evidence that does not count is kept too.
TABLES = """
CREATE TABLE visit (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    cadre_id uuid NOT NULL REFERENCES cadre, visited_on date NOT NULL,
    lat_e6 integer NOT NULL, lon_e6 integer NOT NULL, distance_m integer CHECK (distance_m >= 0),
    note text NOT NULL, note_digest text NOT NULL CHECK (note_digest ~ '^[0-9a-f]{64}$'),
    findings text[] NOT NULL, photo_sha256 text CHECK (photo_sha256 ~ '^[0-9a-f]{64}$'),
    counts boolean NOT NULL, late boolean NOT NULL, reasons text[] NOT NULL,
    recorded_on date NOT NULL, recorded_by text NOT NULL,
    CHECK (visited_on <= recorded_on));
CREATE UNIQUE INDEX one_counting_visit ON visit (household_id, cadre_id, visited_on) WHERE counts;
CREATE INDEX ON visit (cadre_id, visited_on);
CREATE INDEX ON visit (visited_on);

CREATE TABLE checkin (
    id uuid PRIMARY KEY, cadre_id uuid NOT NULL REFERENCES cadre, division text COLLATE "C" NOT NULL,
    checked_on date NOT NULL, lat_e6 integer NOT NULL, lon_e6 integer NOT NULL,
    distance_m integer CHECK (distance_m >= 0),
    counts boolean NOT NULL, reasons text[] NOT NULL, recorded_on date NOT NULL, recorded_by text NOT NULL,
    CHECK (checked_on <= recorded_on));
CREATE UNIQUE INDEX one_counting_checkin ON checkin (cadre_id, checked_on) WHERE counts;
CREATE INDEX ON checkin (checked_on);
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("visit", "checkin"):
        restrict_by_area("assessment", table)
    run("REVOKE UPDATE, DELETE, TRUNCATE ON visit, checkin FROM assessment_app, system")
