"""What is owed to households, and the batches of lines in which a bank pays it."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# A due is open while no line that was not returned stands for it: its state is the state of its lines, told once.
# `source_key` names what it is owed for: it is recorded once, for good.
TABLES = """
CREATE SEQUENCE payout_batch_number;

CREATE TABLE payout_due (
    id uuid PRIMARY KEY, source_key text NOT NULL UNIQUE, household_id uuid NOT NULL,
    division text COLLATE "C" NOT NULL, purpose text NOT NULL CHECK (purpose IN ('pv_share', 'dividend',
        'dividend_top_up', 'post_wage', 'forest_instalment', 'forest_labour', 'training', 'project')),
    payer text NOT NULL, category text NOT NULL
        CHECK (category IN ('wage', 'business', 'property', 'transfer', 'none')),
    amount_fen bigint NOT NULL CHECK (amount_fen > 0), recorded_on date NOT NULL, recorded_by text NOT NULL);
CREATE INDEX ON payout_due (household_id);

CREATE TABLE payout_batch (
    id uuid PRIMARY KEY, batch_no text NOT NULL UNIQUE, division text COLLATE "C" NOT NULL, bank text NOT NULL,
    state text NOT NULL CHECK (state IN ('made', 'checked', 'closed')), purposes text[], payer text,
    pay_on date NOT NULL, lines integer NOT NULL CHECK (lines > 0), amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    made_by text NOT NULL, made_on date NOT NULL, checked_by text, checked_on date, closed_on date,
    CONSTRAINT payout_checker_is_not_maker CHECK (made_by <> checked_by),
    CHECK ((state = 'made') = (checked_by IS NULL)), CHECK ((checked_by IS NULL) = (checked_on IS NULL)),
    CHECK ((state = 'closed') = (closed_on IS NOT NULL)));

CREATE TABLE payout_line (
    id uuid PRIMARY KEY, batch_id uuid NOT NULL REFERENCES payout_batch, line_no integer NOT NULL CHECK (line_no > 0),
    due_id uuid NOT NULL REFERENCES payout_due, household_id uuid NOT NULL, division text COLLATE "C" NOT NULL,
    bank text NOT NULL, purpose text NOT NULL, payer text NOT NULL, category text NOT NULL,
    amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    state text NOT NULL CHECK (state IN ('sent', 'confirmed', 'returned')), code text, paid_on date,
    answered_on date, answered_by text, UNIQUE (batch_id, line_no),
    CHECK ((state = 'confirmed') = (paid_on IS NOT NULL)), CHECK ((state = 'returned') = (code IS NOT NULL)),
    CHECK ((state = 'sent') = (answered_by IS NULL)), CHECK ((answered_by IS NULL) = (answered_on IS NULL)));
CREATE INDEX ON payout_line (household_id);
-- No due stands in two batches, and none is paid twice.
CREATE UNIQUE INDEX payout_one_line_a_due ON payout_line (due_id) WHERE state <> 'returned';

GRANT USAGE ON SEQUENCE payout_batch_number TO industry_app, system;
"""

# Both are told once and carry who told it, so that they need no audit: an answer is never taken back. The condition
# stands in the trigger, so that a hundred thousand answers do not call it.
GUARDS = """
CREATE FUNCTION refuse_second_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'line % was answered before', OLD.line_no USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER answered_once BEFORE UPDATE ON payout_line FOR EACH ROW
    WHEN (OLD.state <> 'sent' AND (NEW.state, NEW.paid_on) IS DISTINCT FROM (OLD.state, OLD.paid_on))
    EXECUTE FUNCTION refuse_second_answer();
REVOKE UPDATE, DELETE, TRUNCATE ON payout_due, payout_line FROM industry_app, system;
GRANT UPDATE (division) ON payout_due, payout_line TO industry_app, system;
GRANT UPDATE (state, code, paid_on, answered_on, answered_by) ON payout_line TO industry_app, system;
"""


def upgrade() -> None:
    run(TABLES)
    restrict_by_area("industry", "payout_due")
    for table in ("payout_batch", "payout_line"):
        restrict_by_area("industry", table, bank=True)
    run(GUARDS)
    audit("payout_batch")
