"""Resettlement sites, their buildings and flats, and the units of one flat or of two that are allocated."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, audit, restrict, restrict_by_area

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# A unit is one flat, or two adjoining ones under one number. What is allocated refers to its area, access and
# acceptance too, so that no allocation can state another area, or lie in a building that was not accepted.
TABLES = """
CREATE TABLE site (
    id uuid PRIMARY KEY, name_zh text NOT NULL, name_en text NOT NULL, division text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind IN ('county_town', 'township', 'village')),
    declared_on date NOT NULL, declared_by text NOT NULL);
CREATE INDEX ON site (division);

CREATE TABLE building (
    id uuid PRIMARY KEY, site_id uuid NOT NULL REFERENCES site, block text NOT NULL,
    floors integer NOT NULL CHECK (floors > 0),
    state text NOT NULL CHECK (state IN ('declared', 'rejected', 'accepted')),
    declared_on date NOT NULL, declared_by text NOT NULL, inspected_on date, inspected_by text,
    UNIQUE (site_id, block),
    CONSTRAINT building_inspector_is_not_declarer CHECK (inspected_by <> declared_by),
    CHECK ((state = 'declared') = (inspected_by IS NULL)), CHECK ((state = 'declared') = (inspected_on IS NULL)));

CREATE TABLE site_unit (
    id uuid PRIMARY KEY, building_id uuid NOT NULL REFERENCES building, pair_no text,
    flats integer NOT NULL CHECK (flats BETWEEN 1 AND CASE WHEN pair_no IS NULL THEN 1 ELSE 2 END),
    area_m2_x100 integer NOT NULL CHECK (area_m2_x100 > 0), accessible boolean NOT NULL,
    accepted boolean NOT NULL, state text NOT NULL CHECK (state IN ('free', 'allocated')),
    UNIQUE (building_id, pair_no), UNIQUE (id, area_m2_x100, accessible, accepted),
    CHECK (state = 'free' OR accepted), CHECK (NOT accepted OR (flats = 2) = (pair_no IS NOT NULL)));
CREATE INDEX ON site_unit (building_id);

CREATE TABLE flat (
    id uuid PRIMARY KEY, building_id uuid NOT NULL REFERENCES building, unit_id uuid NOT NULL REFERENCES site_unit,
    flat_no text NOT NULL, floor integer NOT NULL CHECK (floor > 0),
    area_m2_x100 integer NOT NULL CHECK (area_m2_x100 > 0), accessible boolean NOT NULL, pair_no text,
    declared_on date NOT NULL, declared_by text NOT NULL,
    CONSTRAINT flat_listed_once UNIQUE (building_id, flat_no));
CREATE INDEX ON flat (unit_id);
"""


def upgrade() -> None:
    run(TABLES)
    restrict_by_area("relocation", "site")
    for table in ("building", "site_unit", "flat"):
        restrict("relocation", table, HAS_CONTEXT)
    run("REVOKE DELETE, TRUNCATE ON site, building, site_unit, flat FROM relocation_app, system")
    audit("site", "building", "flat", "site_unit")
