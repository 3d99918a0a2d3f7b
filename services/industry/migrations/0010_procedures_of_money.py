"""Payments are led by the shared engine; two persons rule on what is held, and on a meter that was exchanged."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0003 import make_cases

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# A due is held, not marked: whose household left the register, or of which a line came back for good. What is ruled
# about it names the line that it answers, so that the next one that comes back is held again.
RULINGS = """
CREATE TABLE payout_ruling (
    id uuid PRIMARY KEY, due_id uuid NOT NULL REFERENCES payout_due, line_id uuid REFERENCES payout_line,
    household_id uuid NOT NULL, division text COLLATE "C" NOT NULL,
    ruling text NOT NULL CHECK (ruling IN ('heirs', 'account_changed', 'not_owed')), evidence text NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'refused')),
    proposed_on date NOT NULL, proposed_by text NOT NULL, confirmed_on date, confirmed_by text, ended_code text,
    CONSTRAINT ruling_confirmer_is_not_proposer CHECK (confirmed_by <> proposed_by),
    CHECK ((state = 'proposed') = (confirmed_by IS NULL)), CHECK ((confirmed_by IS NULL) = (confirmed_on IS NULL)));
CREATE UNIQUE INDEX payout_one_open_ruling ON payout_ruling (due_id) WHERE state = 'proposed';
CREATE INDEX ON payout_ruling (due_id);
CREATE INDEX ON payout_ruling (household_id, id);
ALTER TABLE payout_line ADD COLUMN lasting boolean NOT NULL DEFAULT false;
UPDATE payout_line SET lasting = true
    WHERE lower(code) NOT IN ('bank_unavailable', 'system_busy', 'timeout', 'limit_exceeded');
ALTER TABLE payout_line ADD CHECK (NOT lasting OR state = 'returned');
GRANT UPDATE (lasting) ON payout_line TO industry_app, system;
CREATE INDEX ON payout_line (due_id);
CREATE INDEX ON payout_line (due_id) WHERE lasting;
CREATE INDEX ON household (id) WHERE status = 'removed';
CREATE INDEX ON payout_line (batch_id, id);
CREATE INDEX ON payout_line (division, id);
CREATE INDEX ON payout_line (household_id, id);
DROP INDEX payout_line_household_id_idx;
ALTER TABLE payout_line ADD CHECK (purpose IN ('pv_share', 'dividend', 'dividend_top_up', 'post_wage',
    'forest_instalment', 'forest_labour', 'training', 'project'));
ALTER TABLE payout_line ADD CHECK (category IN ('wage', 'business', 'property', 'transfer', 'none'));
"""

# A meter that takes another's place counts on from there: what the ones before it had counted stands beside its total.
EXCHANGES = """
ALTER TABLE station_reading ADD COLUMN before_kwh bigint NOT NULL DEFAULT 0;
CREATE TABLE station_exchange (
    id uuid PRIMARY KEY, station_id uuid NOT NULL REFERENCES station, division text COLLATE "C" NOT NULL,
    exchanged_on date NOT NULL, last_kwh bigint NOT NULL CHECK (last_kwh >= 0),
    first_kwh bigint NOT NULL CHECK (first_kwh >= 0),
    state text NOT NULL CHECK (state IN ('told', 'confirmed', 'refused')),
    told_on date NOT NULL, told_by text NOT NULL, confirmed_on date, confirmed_by text, ended_code text,
    CONSTRAINT exchange_confirmer_is_not_teller CHECK (confirmed_by <> told_by),
    CHECK ((state = 'told') = (confirmed_by IS NULL)), CHECK ((confirmed_by IS NULL) = (confirmed_on IS NULL)));
CREATE UNIQUE INDEX station_one_open_exchange ON station_exchange (station_id) WHERE state = 'told';
CREATE INDEX ON station_exchange (station_id, id);
"""

# Parts are listed by project or by household, in the order of their ids.
PARTS = """
CREATE INDEX ON project_participation (project_id, id);
CREATE INDEX ON project_participation (household_id, id);
DROP INDEX project_participation_household_id_idx;
"""


def upgrade() -> None:
    run("CREATE INDEX ON station_plan (station_id, id)")
    make_cases("station_plan", "coalesce(filed_on, approved_on, drafted_on)", ("drafted", "approved"))
    make_cases("payout_batch", "coalesce(closed_on, checked_on, made_on)", ("made", "checked"))
    run(RULINGS)
    restrict_by_area("industry", "payout_ruling")
    audit("payout_ruling")
    make_cases("payout_ruling", "proposed_on", ("proposed",))
    run(EXCHANGES)
    restrict_by_area("industry", "station_exchange")
    audit("station_exchange")
    make_cases("station_exchange", "told_on", ("told",))
    run(PARTS)
