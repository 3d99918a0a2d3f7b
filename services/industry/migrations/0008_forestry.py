"""Plots that became forest, and afforestation cooperatives with their members, contracts and paid labour."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import IN_AREA, audit, restrict, restrict_by_area

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# What was paid of a contract stands beside it, so that the database itself refuses more than there is.
TABLES = """
CREATE TABLE forest_plot (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    area_mu_x100 integer NOT NULL CHECK (area_mu_x100 > 0), planted_on date NOT NULL,
    recorded_on date NOT NULL, recorded_by text NOT NULL,
    UNIQUE (id, area_mu_x100, recorded_by));
CREATE INDEX ON forest_plot (household_id);

-- The plot's area and recorder stand beside what was accepted, held equal by the key, so that a row can refuse both.
CREATE TABLE forest_acceptance (
    id uuid PRIMARY KEY, plot_id uuid NOT NULL REFERENCES forest_plot, household_id uuid NOT NULL,
    division text COLLATE "C" NOT NULL, year_no integer NOT NULL CHECK (year_no BETWEEN 1 AND 5),
    area_mu_x100 integer NOT NULL, accepted_on date NOT NULL, accepted_by text NOT NULL,
    plot_mu_x100 integer NOT NULL, recorded_by text NOT NULL, amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
    UNIQUE (plot_id, year_no),
    FOREIGN KEY (plot_id, plot_mu_x100, recorded_by) REFERENCES forest_plot (id, area_mu_x100, recorded_by),
    CONSTRAINT forest_within_plot CHECK (area_mu_x100 BETWEEN 0 AND plot_mu_x100),
    CONSTRAINT forest_acceptor_is_not_recorder CHECK (accepted_by <> recorded_by));
CREATE INDEX ON forest_acceptance (household_id);

CREATE TABLE forest_coop (
    id uuid PRIMARY KEY, code text NOT NULL UNIQUE, division text COLLATE "C" NOT NULL,
    members integer NOT NULL CHECK (members > 0), poor_members integer NOT NULL,
    set_on date NOT NULL, set_by text NOT NULL, CHECK (poor_members BETWEEN 0 AND members));

CREATE TABLE forest_membership (
    id uuid PRIMARY KEY, coop_id uuid NOT NULL REFERENCES forest_coop,
    household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL, joined_on date NOT NULL,
    recorded_on date NOT NULL, recorded_by text NOT NULL,
    UNIQUE (coop_id, household_id));
CREATE INDEX ON forest_membership (household_id);

CREATE TABLE forest_contract (
    id uuid PRIMARY KEY, coop_id uuid NOT NULL REFERENCES forest_coop, division text COLLATE "C" NOT NULL,
    area_mu_x100 integer NOT NULL CHECK (area_mu_x100 > 0), contract_fen bigint NOT NULL CHECK (contract_fen > 0),
    labour_fen bigint NOT NULL, paid_fen bigint NOT NULL DEFAULT 0, signed_on date NOT NULL, signed_by text NOT NULL,
    CHECK (labour_fen BETWEEN 0 AND contract_fen),
    CONSTRAINT forest_labour_within_contract CHECK (paid_fen BETWEEN 0 AND labour_fen));
CREATE INDEX ON forest_contract (coop_id);

CREATE TABLE forest_labour (
    id uuid PRIMARY KEY, contract_id uuid NOT NULL REFERENCES forest_contract, coop_id uuid NOT NULL,
    household_id uuid NOT NULL, division text COLLATE "C" NOT NULL, amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    worked_on date NOT NULL, recorded_on date NOT NULL, recorded_by text NOT NULL,
    CONSTRAINT forest_labour_of_a_member
        FOREIGN KEY (coop_id, household_id) REFERENCES forest_membership (coop_id, household_id));
CREATE INDEX ON forest_labour (contract_id);
CREATE INDEX ON forest_labour (household_id);
"""
# A township's cooperative is seen by its villages; written within the writer's own area only.
WITHIN = f"({IN_AREA.format(column='division')})"
COVERS = f"({WITHIN} OR starts_with(nullif(current_setting('app.area', true), ''), division))"
OF_AREA = ("forest_plot", "forest_acceptance", "forest_membership", "forest_contract", "forest_labour")


def upgrade() -> None:
    run(TABLES)
    restrict("industry", "forest_coop", COVERS, WITHIN)
    for table in OF_AREA:
        restrict_by_area("industry", table)
    # What was accepted and paid stays as it was recorded; the rows follow their household.
    run("REVOKE UPDATE, DELETE, TRUNCATE ON forest_acceptance, forest_labour FROM industry_app, system;"
        " GRANT UPDATE (division) ON forest_acceptance, forest_labour TO industry_app, system")  # fmt: skip
    audit("forest_coop", *OF_AREA)
