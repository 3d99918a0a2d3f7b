"""A meter's exchange that two persons told wrongly is put right by two, or was none; helpers learn nothing of loans."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0003 import make_cases
from shared.data.ddl.m0006 import narrow_to, open_to_the_narrowed

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# What was said stays as it was recorded. A day of which what was read is withdrawn may be read again.
TABLES = """
ALTER TABLE station_reading ADD COLUMN withdrawn_on date,
    DROP CONSTRAINT station_reading_station_id_read_on_key;
CREATE UNIQUE INDEX station_one_reading_a_day ON station_reading (station_id, read_on) WHERE withdrawn_on IS NULL;
GRANT UPDATE (withdrawn_on) ON station_reading TO industry_app, system;
ALTER TABLE station_exchange ADD COLUMN corrected_last_kwh bigint CHECK (corrected_last_kwh >= 0),
    ADD COLUMN corrected_first_kwh bigint CHECK (corrected_first_kwh >= 0),
    ADD CHECK ((corrected_last_kwh IS NULL) = (corrected_first_kwh IS NULL)),
    DROP CONSTRAINT station_exchange_state_check,
    ADD CONSTRAINT station_exchange_state_check CHECK (state IN ('told', 'confirmed', 'refused', 'revoked'));
CREATE TABLE exchange_correction (
    id uuid PRIMARY KEY, exchange_id uuid NOT NULL REFERENCES station_exchange,
    station_id uuid NOT NULL REFERENCES station, division text COLLATE "C" NOT NULL,
    was_last_kwh bigint NOT NULL, was_first_kwh bigint NOT NULL,
    last_kwh bigint CHECK (last_kwh >= 0), first_kwh bigint CHECK (first_kwh >= 0), reason text NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'refused')),
    proposed_on date NOT NULL, proposed_by text NOT NULL, confirmed_on date, confirmed_by text, ended_code text,
    CONSTRAINT exchange_corrector_is_not_proposer CHECK (confirmed_by <> proposed_by),
    CHECK ((last_kwh IS NULL) = (first_kwh IS NULL)), CHECK ((last_kwh, first_kwh) <> (was_last_kwh, was_first_kwh)),
    CHECK ((state = 'proposed') = (confirmed_by IS NULL)), CHECK ((confirmed_by IS NULL) = (confirmed_on IS NULL)));
CREATE UNIQUE INDEX station_one_open_correction ON exchange_correction (station_id) WHERE state = 'proposed';
CREATE INDEX ON exchange_correction (exchange_id);
CREATE INDEX ON exchange_correction (station_id, id);
CREATE INDEX ON exchange_correction (division, id);
CREATE INDEX ON exchange_correction (state, id);
"""


def upgrade() -> None:
    run(TABLES)
    restrict_by_area("industry", "exchange_correction")
    narrow_to("exchange_correction", "entity", "station_id = ANY (ARRAY(SELECT id FROM station))")
    audit("exchange_correction")
    make_cases("exchange_correction", "proposed_on", ("proposed",))
    open_to_the_narrowed("industry")
    # An agreement says what was borrowed, and who pays its interest.
    for table in ("loan_known", "dividend_agreement"):
        run(f"DROP POLICY paired_rows ON {table}")
        narrow_to(table, "helper", "false")
    of_no_loan = "AS RESTRICTIVE FOR SELECT TO helper USING (rule <> 'industry.dividend_agreement')"
    run(f"CREATE POLICY of_no_loan ON decision {of_no_loan}")
