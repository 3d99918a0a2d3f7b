"""What banks posted, the interest periods they settled, and the days on which a loan was overdue."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# `content` is the event as it was first sent: the same serial with another content is refused.
TABLES = """
CREATE TABLE bank_event (
    id uuid PRIMARY KEY, bank text NOT NULL, serial text NOT NULL, kind text NOT NULL CHECK
        (kind IN ('decision', 'disbursement', 'interest_settled', 'repayment', 'overdue', 'settled')),
    loan_id uuid NOT NULL REFERENCES loan, loan_no text NOT NULL, division text COLLATE "C" NOT NULL,
    occurred_on date NOT NULL, content jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('applied', 'held', 'refused')), code text,
    position integer NOT NULL, received_on date NOT NULL,
    received_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    UNIQUE (bank, serial),
    CHECK ((state = 'refused') = (code IS NOT NULL)));
CREATE INDEX ON bank_event (loan_id) WHERE state = 'held';
CREATE INDEX ON bank_event (state, id);

-- Half-open; no day of a loan is settled twice. `difference_fen`: what the bank posted less what we find due.
CREATE TABLE interest_period (
    id uuid PRIMARY KEY, event_id uuid NOT NULL UNIQUE REFERENCES bank_event,
    loan_id uuid NOT NULL REFERENCES loan, division text COLLATE "C" NOT NULL, bank text NOT NULL,
    period_start_on date NOT NULL, period_end_on date NOT NULL, rate_ppm bigint NOT NULL,
    posted_fen bigint NOT NULL CHECK (posted_fen > 0), due_fen bigint NOT NULL, difference_fen bigint NOT NULL,
    CHECK (period_start_on < period_end_on), CHECK (difference_fen = posted_fen - due_fen),
    EXCLUDE USING gist (loan_id WITH =, daterange(period_start_on, period_end_on) WITH &&));
CREATE INDEX ON interest_period (bank, period_end_on);

CREATE TABLE overdue_spell (
    id uuid PRIMARY KEY, loan_id uuid NOT NULL REFERENCES loan, division text COLLATE "C" NOT NULL,
    bank text NOT NULL, start_on date NOT NULL, end_on date NOT NULL, CHECK (start_on < end_on));
CREATE INDEX ON overdue_spell (loan_id);
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("bank_event", "interest_period", "overdue_spell"):
        restrict_by_area("finance", table, bank=True)
    audit("bank_event", "interest_period", "overdue_spell")
