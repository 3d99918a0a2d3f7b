"""Power stations: what they metered, what is receivable and received for it, and the plans that distribute it."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The two legs of a station stand beside it, so that the database itself refuses more than there is.
TABLES = """
CREATE TABLE station (
    id uuid PRIMARY KEY, name_zh text NOT NULL, division text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind IN ('village', 'resettlement', 'ground')),
    capacity_w bigint NOT NULL CHECK (capacity_w > 0), connected_on date NOT NULL, plan_year integer NOT NULL,
    owner_code text NOT NULL, listed_on date, version bigint NOT NULL DEFAULT 1,
    coal_due_fen bigint NOT NULL DEFAULT 0, coal_received_fen bigint NOT NULL DEFAULT 0,
    subsidy_due_fen bigint NOT NULL DEFAULT 0, subsidy_received_fen bigint NOT NULL DEFAULT 0,
    planned_fen bigint NOT NULL DEFAULT 0,
    CONSTRAINT station_coal_within_due CHECK (coal_received_fen BETWEEN 0 AND coal_due_fen),
    CONSTRAINT station_subsidy_within_due CHECK (subsidy_received_fen BETWEEN 0 AND subsidy_due_fen),
    CONSTRAINT station_subsidy_needs_catalogue CHECK (subsidy_received_fen = 0 OR listed_on IS NOT NULL),
    CONSTRAINT station_planned_within_received
        CHECK (planned_fen BETWEEN 0 AND coal_received_fen + subsidy_received_fen));
CREATE INDEX ON station (division);

CREATE TABLE station_reading (
    id uuid PRIMARY KEY, station_id uuid NOT NULL REFERENCES station, division text COLLATE "C" NOT NULL,
    read_on date NOT NULL, total_kwh bigint NOT NULL CHECK (total_kwh >= 0), read_by text NOT NULL,
    UNIQUE (station_id, read_on));

-- One a station and quarter. `until_kwh` is the meter's total up to which the station is settled.
CREATE TABLE station_settlement (
    id uuid NOT NULL, station_id uuid NOT NULL REFERENCES station, division text COLLATE "C" NOT NULL,
    quarter_end_on date NOT NULL, kwh bigint NOT NULL CHECK (kwh > 0), until_kwh bigint NOT NULL,
    coal_fen bigint NOT NULL CHECK (coal_fen >= 0), subsidy_fen bigint NOT NULL CHECK (subsidy_fen >= 0),
    made_by text NOT NULL, made_on date NOT NULL,
    PRIMARY KEY (station_id, quarter_end_on));
CREATE INDEX ON station_settlement (id);

CREATE TABLE station_receipt (
    id uuid PRIMARY KEY, station_id uuid NOT NULL REFERENCES station, division text COLLATE "C" NOT NULL,
    leg text NOT NULL CHECK (leg IN ('coal', 'subsidy')), amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    received_on date NOT NULL, recorded_by text NOT NULL);
CREATE INDEX ON station_receipt (station_id);

CREATE TABLE station_finding (
    id uuid PRIMARY KEY, station_id uuid NOT NULL REFERENCES station, division text COLLATE "C" NOT NULL,
    month_on date NOT NULL CHECK (extract(day FROM month_on) = 1), metered_kwh bigint NOT NULL,
    expected_kwh bigint NOT NULL, found_on date NOT NULL,
    UNIQUE (station_id, month_on), CHECK (metered_kwh < expected_kwh));

CREATE TABLE station_plan (
    id uuid PRIMARY KEY, station_id uuid NOT NULL REFERENCES station, division text COLLATE "C" NOT NULL,
    year integer NOT NULL, state text NOT NULL CHECK (state IN ('drafted', 'approved', 'filed', 'refused')),
    households integer NOT NULL CHECK (households > 0), amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    drafted_by text NOT NULL, drafted_on date NOT NULL, approved_by text, approved_on date,
    filed_by text, filed_on date,
    CONSTRAINT plan_approver_is_not_drafter CHECK (approved_by <> drafted_by),
    CONSTRAINT plan_filer_is_not_drafter CHECK (filed_by <> drafted_by),
    CONSTRAINT plan_filer_is_not_approver CHECK (filed_by <> approved_by),
    CHECK ((state = 'drafted') = (approved_by IS NULL)), CHECK ((state = 'filed') = (filed_by IS NOT NULL)));
CREATE INDEX ON station_plan (station_id);

-- `tier` is `village` or `central`, null for a resettlement site's station, which stands apart. Who shares in the
-- one shares in no other tier in that year.
CREATE TABLE station_plan_item (
    plan_id uuid NOT NULL REFERENCES station_plan, household_id uuid NOT NULL, division text COLLATE "C" NOT NULL,
    year integer NOT NULL, tier text CHECK (tier IN ('village', 'central')),
    amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    reason text NOT NULL CHECK (reason IN ('share', 'work', 'reward')),
    decision_id uuid NOT NULL REFERENCES decision, active boolean NOT NULL,
    PRIMARY KEY (plan_id, household_id),
    CONSTRAINT plan_item_in_one_tier
        EXCLUDE USING gist (household_id WITH =, year WITH =, tier WITH <>) WHERE (active));
CREATE INDEX ON station_plan_item (household_id);

-- Row-level security hides a plan of the village that a household came from: the answer is who, nothing more.
CREATE FUNCTION households_of_another_tier(ids uuid[], of_year integer, of_tier text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT household_id FROM station_plan_item
    WHERE household_id = ANY(ids) AND year = of_year AND tier <> of_tier AND active
$$;
REVOKE ALL ON FUNCTION households_of_another_tier FROM PUBLIC;
GRANT EXECUTE ON FUNCTION households_of_another_tier TO industry_app, system;
"""
NAMES = (
    "station", "station_reading", "station_settlement", "station_receipt", "station_finding", "station_plan",
    "station_plan_item",
)  # fmt: skip


def upgrade() -> None:
    run(TABLES)
    for table in NAMES:
        restrict_by_area("industry", table)
    # What was read, settled and received stays as it was recorded.
    run("REVOKE UPDATE, DELETE, TRUNCATE ON station_reading, station_settlement, station_receipt, station_finding"
        " FROM industry_app, system")  # fmt: skip
    audit(*NAMES)
