"""Rounds of allocation: the frozen list, the published seed, the draws, and the flats that came of them."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, audit, restrict, restrict_by_area

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Draw 0 is the round's own; later ones give away single flats that became free. Its inputs and result are public:
# they name lots, never households. Which lot is whose stands in `allocation_lot`, within the household's area.
TABLES = """
CREATE TABLE allocation_round (
    id uuid PRIMARY KEY, cohort integer NOT NULL, state text NOT NULL CHECK (state IN ('frozen', 'announced', 'drawn')),
    site_ids text[] NOT NULL, snapshot_on date NOT NULL, inputs_hash text NOT NULL, lots integer NOT NULL,
    units integer NOT NULL, notice_days integer NOT NULL, frozen_by text NOT NULL,
    seed text, seed_on date, seed_by text, drawn_on date, drawn_by text, result_hash text, allocated integer,
    CONSTRAINT round_seed_is_not_of_freezer CHECK (seed_by <> frozen_by),
    CHECK (num_nulls(seed, seed_on, seed_by) IN (0, 3)), CHECK ((state = 'frozen') = (seed IS NULL)),
    CHECK (num_nulls(drawn_on, drawn_by, result_hash, allocated) = CASE WHEN state = 'drawn' THEN 0 ELSE 4 END));

CREATE TABLE allocation_draw (
    round_id uuid NOT NULL REFERENCES allocation_round, draw_no integer NOT NULL CHECK (draw_no >= 0),
    inputs jsonb NOT NULL, inputs_hash text NOT NULL, result jsonb, result_hash text, drawn_on date,
    PRIMARY KEY (round_id, draw_no),
    CHECK (num_nulls(result, result_hash, drawn_on) IN (0, 3)));

CREATE TABLE allocation_lot (
    round_id uuid NOT NULL REFERENCES allocation_round, lot text NOT NULL, application_id uuid NOT NULL,
    household_id uuid NOT NULL, division text COLLATE "C" NOT NULL, members integer NOT NULL,
    needs_accessible boolean NOT NULL, village text NOT NULL,
    PRIMARY KEY (round_id, lot), UNIQUE (round_id, application_id),
    FOREIGN KEY (application_id, division) REFERENCES relocation_application (id, division) ON UPDATE CASCADE);
CREATE INDEX ON allocation_lot (application_id);

CREATE TABLE allocation_swap (
    id uuid PRIMARY KEY, first_allocation_id uuid NOT NULL, second_allocation_id uuid NOT NULL,
    swapped_on date NOT NULL, swapped_by text NOT NULL, CHECK (first_allocation_id <> second_allocation_id));

CREATE TABLE allocation (
    id uuid PRIMARY KEY, round_id uuid NOT NULL, draw_no integer NOT NULL, lot text NOT NULL,
    application_id uuid NOT NULL, household_id uuid NOT NULL, division text COLLATE "C" NOT NULL,
    cohort integer NOT NULL, unit_id uuid NOT NULL, members integer NOT NULL CHECK (members > 0),
    cap_m2_x100 integer NOT NULL, area_m2_x100 integer NOT NULL, accessible boolean NOT NULL,
    needs_accessible boolean NOT NULL, building_accepted boolean NOT NULL DEFAULT true CHECK (building_accepted),
    state text NOT NULL CHECK (state IN ('allocated', 'key_handed', 'reported', 'moved_in', 'released')),
    allocated_on date NOT NULL, notice_ends_on date NOT NULL, key_handed_on date, moved_in_on date,
    swap_id uuid REFERENCES allocation_swap, released_on date, released_reason text,
    CONSTRAINT allocation_within_cap CHECK (area_m2_x100 <= cap_m2_x100),
    CHECK ((state = 'released') = (released_on IS NOT NULL)), CHECK ((state = 'moved_in') = (moved_in_on IS NOT NULL)),
    CHECK (state NOT IN ('key_handed', 'reported', 'moved_in') OR key_handed_on >= notice_ends_on),
    FOREIGN KEY (round_id, draw_no) REFERENCES allocation_draw, FOREIGN KEY (round_id, lot) REFERENCES allocation_lot,
    FOREIGN KEY (unit_id, area_m2_x100, accessible, building_accepted)
        REFERENCES site_unit (id, area_m2_x100, accessible, accepted),
    FOREIGN KEY (application_id, division) REFERENCES relocation_application (id, division) ON UPDATE CASCADE);
CREATE UNIQUE INDEX allocation_one_per_household ON allocation (household_id) WHERE state <> 'released';
CREATE UNIQUE INDEX allocation_one_per_unit ON allocation (unit_id) WHERE state <> 'released';
CREATE INDEX ON allocation (application_id);
CREATE INDEX ON allocation (division);
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("allocation_round", "allocation_draw", "allocation_swap"):
        restrict("relocation", table, HAS_CONTEXT)
    for table in ("allocation_lot", "allocation"):
        restrict_by_area("relocation", table)
    run("REVOKE DELETE, TRUNCATE ON allocation_round, allocation_draw, allocation FROM relocation_app, system")
    run("REVOKE UPDATE, DELETE, TRUNCATE ON allocation_swap FROM relocation_app, system")
    audit("allocation_round", "allocation_swap", "allocation")
