"""Where villages are, units, their cadres, who helps which household on which days, and recorded leave."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import IN_AREA, audit, restrict, restrict_by_area

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# A pairing is half-open: its last day is the one before `upper(valid)`. A leave's two days both belong to it.
TABLES = """
CREATE TABLE place (
    division text COLLATE "C" PRIMARY KEY, lat_e6 integer NOT NULL CHECK (lat_e6 BETWEEN -90000000 AND 90000000),
    lon_e6 integer NOT NULL CHECK (lon_e6 BETWEEN -180000000 AND 180000000),
    set_on date NOT NULL, set_by text NOT NULL);

CREATE TABLE unit (
    id uuid PRIMARY KEY, code text NOT NULL CONSTRAINT unit_code UNIQUE, name_zh text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('key', 'stationed')), division text COLLATE "C" NOT NULL,
    set_on date NOT NULL, set_by text NOT NULL);

CREATE TABLE cadre (
    id uuid PRIMARY KEY, subject text NOT NULL CONSTRAINT cadre_subject UNIQUE, unit_id uuid NOT NULL REFERENCES unit,
    role text NOT NULL CHECK (role IN ('first_secretary', 'team_member', 'helper')),
    division text COLLATE "C" NOT NULL, starts_on date NOT NULL, set_on date NOT NULL, set_by text NOT NULL);
CREATE INDEX ON cadre (unit_id);

CREATE TABLE pairing (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    cadre_id uuid NOT NULL REFERENCES cadre, valid daterange NOT NULL,
    assigned_on date NOT NULL, assigned_by text NOT NULL,
    CHECK (NOT isempty(valid) AND NOT lower_inf(valid)),
    CONSTRAINT one_helper_a_day EXCLUDE USING gist (household_id WITH =, valid WITH &&));
CREATE INDEX ON pairing (cadre_id);
CREATE INDEX ON pairing (household_id);

CREATE TABLE leave (
    id uuid PRIMARY KEY, cadre_id uuid NOT NULL REFERENCES cadre, division text COLLATE "C" NOT NULL,
    starts_on date NOT NULL, ends_on date NOT NULL, recorded_on date NOT NULL, recorded_by text NOT NULL,
    CHECK (starts_on <= ends_on),
    CONSTRAINT one_leave_a_day EXCLUDE USING gist (cadre_id WITH =, daterange(starts_on, ends_on, '[]') WITH &&));
"""

IN_OWN_AREA = f"({IN_AREA.format(column='division')})"
# Whoever bears a cadre's login finds himself, wherever he is stationed.
OWN_LOGIN = "subject = nullif(current_setting('app.subject', true), '')"


def upgrade() -> None:
    run(TABLES)
    restrict("assessment", "cadre", f"{IN_OWN_AREA} OR {OWN_LOGIN}", IN_OWN_AREA)
    for table in ("place", "unit", "pairing", "leave"):
        restrict_by_area("assessment", table)
    audit("place", "unit", "cadre", "pairing", "leave")
