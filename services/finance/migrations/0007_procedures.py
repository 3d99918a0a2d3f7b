"""Claims and holds are led by the shared engine; lists of every filter go by an index of their own."""

from shared.data.ddl import run
from shared.data.ddl.m0003 import create_case_step_table, make_cases

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

HOLD_STATES = """
ALTER TABLE loan_hold ADD COLUMN state text NOT NULL DEFAULT 'raised'
    CHECK (state IN ('raised', 'confirmed', 'released'));
SELECT set_config('app.subject', 'system:migration', true), set_config('app.role', 'system', true);
UPDATE loan_hold SET state = CASE WHEN released_on IS NULL THEN 'confirmed' ELSE 'released' END
WHERE num_nonnulls(confirmed_on, released_on) > 0;
ALTER TABLE loan_hold ALTER COLUMN state DROP DEFAULT;
ALTER TABLE loan_hold ADD CHECK ((state = 'released') = (released_on IS NOT NULL)),
    ADD CHECK (state <> 'confirmed' OR confirmed_on IS NOT NULL),
    ADD CHECK (state <> 'raised' OR confirmed_on IS NULL);
"""
# A check that begins with a list of states is the list of states; this one says more, and says it the other way round.
LOAN_STATES = """
DO $$
DECLARE
    old text := (SELECT conname FROM pg_constraint WHERE conrelid = 'loan'::regclass AND contype = 'c'
        AND pg_get_constraintdef(oid) LIKE '%overdue%disbursed_on IS NOT NULL%');
BEGIN
    EXECUTE format('ALTER TABLE loan DROP CONSTRAINT %I', old);
END $$;
ALTER TABLE loan ADD CHECK ((disbursed_on IS NOT NULL) = (state IN ('disbursed', 'overdue', 'settled')));
"""
INDEXES = """
CREATE INDEX ON loan (household_id, id);
CREATE INDEX ON loan (bank, id);
CREATE INDEX ON loan (state, id);
CREATE INDEX ON loan (state, division, id);
CREATE INDEX ON bank_event (division, id);
CREATE INDEX ON bank_event (bank, id);
CREATE INDEX ON bank_event (state, division, id);
CREATE INDEX ON interest_period (division, id);
CREATE INDEX ON interest_period (bank, id);
CREATE INDEX ON interest_period ((difference_fen <> 0), id);
CREATE INDEX ON discount_claim (division, id);
CREATE INDEX ON loan_hold (division, id);
CREATE INDEX ON loan_hold (household_id);
CREATE INDEX ON loan_hold (loan_id, id);
CREATE INDEX ON loan_hold (kind, id);
CREATE INDEX ON loan_hold ((released_on IS NULL), id);
-- What waits: suspicions to confirm, and warnings to release.
CREATE INDEX ON loan_hold (due_on, id) WHERE state = 'raised' AND kind = 'misuse_suspected';
CREATE INDEX ON loan_hold (due_on, id) WHERE state = 'raised' AND kind <> 'misuse_suspected';
"""


def upgrade() -> None:
    create_case_step_table("finance", bank=True)
    make_cases("discount_claim", "coalesce(checked_on, made_on)", ("made",))
    run(HOLD_STATES)
    make_cases("loan_hold", "coalesce(released_on, confirmed_on, raised_on)", ("raised", "confirmed"))
    run(LOAN_STATES)
    run(INDEXES)
