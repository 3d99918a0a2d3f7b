"""A figure by which money is owed or planned is stated anew; what is owed by it in truth stands beside its due."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0002 import append_only
from shared.data.ddl.m0006 import narrow, open_to_the_narrowed

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# What was said stays as it was recorded; what stands is what was stated last.
TABLES = """
CREATE TABLE restatement (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('dividend', 'receipt', 'attendance', 'acceptance', 'labour')),
    record_id uuid NOT NULL, household_id uuid, division text COLLATE "C" NOT NULL,
    was bigint NOT NULL, figure bigint NOT NULL CHECK (figure >= 0 AND figure <> was),
    over_fen bigint NOT NULL CHECK (over_fen >= 0), reason text NOT NULL,
    stated_on date NOT NULL, stated_by text NOT NULL,
    CHECK ((kind = 'receipt') = (household_id IS NULL)));
CREATE INDEX ON restatement (record_id);
CREATE INDEX ON restatement (household_id, id);
CREATE INDEX ON restatement (division, id);
CREATE INDEX ON restatement (kind, id);
ALTER TABLE dividend_payment ADD COLUMN corrected_fen bigint CHECK (corrected_fen >= 0);
ALTER TABLE station_receipt ADD COLUMN corrected_fen bigint CHECK (corrected_fen >= 0);
ALTER TABLE post_attendance ADD COLUMN corrected_days integer CHECK (corrected_days BETWEEN 0 AND 31);
ALTER TABLE forest_acceptance ADD COLUMN corrected_mu_x100 integer,
    ADD CONSTRAINT forest_restated_within_plot CHECK (corrected_mu_x100 BETWEEN 0 AND plot_mu_x100);
ALTER TABLE forest_labour ADD COLUMN corrected_fen bigint CHECK (corrected_fen >= 0);
ALTER TABLE payout_due ADD COLUMN corrected_fen bigint CHECK (corrected_fen >= 0);
-- Row-level security hides from an entity what a bank has, and what was ruled: of a due this is answered, nothing more.
CREATE FUNCTION due_settled(of_due uuid) RETURNS TABLE (bank_fen bigint, ruled boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT (SELECT l.amount_fen FROM payout_line l JOIN payout_batch b ON b.id = l.batch_id
            WHERE l.due_id = of_due AND l.state <> 'returned' AND b.state <> 'made'),
           EXISTS (SELECT FROM payout_ruling WHERE due_id = of_due AND state = 'confirmed' AND ruling = 'not_owed')
$$;
REVOKE ALL ON FUNCTION due_settled FROM PUBLIC;
GRANT EXECUTE ON FUNCTION due_settled TO industry_app, system;
"""
OF_ENTITY = """
    record_id = ANY (ARRAY(SELECT id FROM dividend_payment UNION ALL SELECT id FROM station_receipt))
"""


def upgrade() -> None:
    run(TABLES)
    restrict_by_area("industry", "restatement")
    narrow("restatement", entity=OF_ENTITY)
    append_only("industry", "restatement", follows=("division",))
    run("GRANT UPDATE (corrected_fen) ON station_receipt, payout_due, forest_labour TO industry_app, system")
    run("GRANT UPDATE (corrected_days) ON post_attendance TO industry_app, system")
    run("GRANT UPDATE (corrected_mu_x100) ON forest_acceptance TO industry_app, system")
    audit("restatement")
    open_to_the_narrowed("industry")
