"""A loan is what its events say in the order of their days; banks take back, people release, the book values."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0003 import make_cases
from shared.data.ddl.m0006 import narrow_to, open_to_the_narrowed

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ACTOR = "SELECT set_config('app.subject', 'system:migration', true), set_config('app.role', 'system', true);"

# A serial is compared by its bytes, as the fold does it. What was held tells now what it waits for.
EVENTS = """
ALTER TABLE bank_event ALTER COLUMN serial TYPE text COLLATE "C",
    ADD COLUMN reverses text COLLATE "C",
    DROP CONSTRAINT bank_event_kind_check, DROP CONSTRAINT bank_event_state_check;
ALTER TABLE bank_event ADD CONSTRAINT bank_event_kind_check CHECK
    (kind IN ('decision', 'disbursement', 'interest_settled', 'repayment', 'overdue', 'settled', 'reversal')),
    ADD CONSTRAINT bank_event_state_check CHECK
    (state IN ('applied', 'held', 'refused', 'quarantined', 'reversed')),
    ADD CHECK ((reverses IS NOT NULL) = (kind = 'reversal'));
DO $$
DECLARE
    old text := (SELECT conname FROM pg_constraint WHERE conrelid = 'bank_event'::regclass AND contype = 'c'
        AND pg_get_constraintdef(oid) LIKE '%refused%code IS NOT NULL%');
BEGIN
    EXECUTE format('ALTER TABLE bank_event DROP CONSTRAINT %I', old);
END $$;
UPDATE bank_event e SET code = 'finance.bank.' || CASE WHEN e.kind = 'disbursement' THEN 'awaits_decision'
    WHEN l.disbursed_on IS NULL THEN 'awaits_disbursement' ELSE 'awaits_repayment' END
FROM loan l WHERE l.id = e.loan_id AND e.state = 'held';
ALTER TABLE bank_event ADD CHECK ((code IS NULL) OR state NOT IN ('applied', 'reversed')),
    ADD CHECK ((code IS NOT NULL) OR state NOT IN ('refused', 'quarantined'));
CREATE INDEX ON bank_event (loan_id, occurred_on);
CREATE INDEX ON bank_event (bank, reverses) WHERE kind = 'reversal' AND state = 'held';
"""

# Every loan of which something was told is folded anew when something is told next: what was refused is asked again.
LOANS = """
ALTER TABLE loan ADD COLUMN approved_ppm bigint,
    ADD COLUMN interest_repaid_fen bigint NOT NULL DEFAULT 0 CHECK (interest_repaid_fen >= 0),
    ADD COLUMN refund_fen bigint NOT NULL DEFAULT 0 CHECK (refund_fen >= 0),
    ADD COLUMN told_to date, ADD COLUMN waits boolean NOT NULL DEFAULT false,
    ADD COLUMN asks_again boolean NOT NULL DEFAULT false, ADD COLUMN reopened_on date;
UPDATE loan l SET approved_ppm = rate_ppm, waits = t.told_to IS NOT NULL, told_to = t.told_to,
    interest_repaid_fen = t.repaid
FROM (SELECT o.id, (SELECT max(e.occurred_on) FROM bank_event e WHERE e.loan_id = o.id) AS told_to,
        (SELECT coalesce(sum(p.credit_fen), 0) FROM posting p JOIN journal j ON j.id = p.journal_id
         WHERE p.loan_id = o.id AND p.account = 'interest_receivable' AND j.kind = 'repayment') AS repaid
    FROM loan o) AS t WHERE t.id = l.id;
ALTER TABLE loan ALTER COLUMN approved_ppm SET NOT NULL, ADD CHECK (approved_ppm > 0);
DROP INDEX one_open_loan;
CREATE UNIQUE INDEX one_open_loan ON loan (household_id)
    WHERE state IN ('approved', 'granted', 'disbursed', 'overdue') AND reopened_on IS NULL;
CREATE INDEX ON loan (bank) WHERE asks_again;
"""

# The book is never changed: that it says for which day a booking counts is added to what it says already.
BOOK = """
ALTER TABLE journal ADD COLUMN valued_on date, ADD COLUMN event_id uuid REFERENCES bank_event;
ALTER TABLE posting ADD COLUMN valued_on date;
ALTER TABLE journal DISABLE TRIGGER unchanged;
ALTER TABLE posting DISABLE TRIGGER unchanged;
UPDATE journal SET valued_on = booked_on;
UPDATE posting SET valued_on = booked_on;
UPDATE journal j SET event_id = e.id FROM bank_event e
WHERE j.source_key = 'bank:' || e.bank || ':' || e.serial AND j.loan_id = e.loan_id;
ALTER TABLE journal ENABLE TRIGGER unchanged;
ALTER TABLE posting ENABLE TRIGGER unchanged;
ALTER TABLE journal ALTER COLUMN valued_on SET NOT NULL;
ALTER TABLE posting ALTER COLUMN valued_on SET NOT NULL;
CREATE INDEX ON journal (event_id) WHERE event_id IS NOT NULL;

CREATE OR REPLACE FUNCTION journal_must_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
    checked uuid := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid;
    entry journal;
    sums record;
BEGIN
    SELECT * INTO entry FROM journal WHERE id = checked;
    SELECT count(*) AS n, sum(debit_fen) AS debit, sum(credit_fen) AS credit,
        bool_and(loan_id = entry.loan_id AND division = entry.division AND bank = entry.bank
            AND booked_on = entry.booked_on AND valued_on = entry.valued_on) AS of_it
        INTO sums FROM posting WHERE journal_id = checked;
    IF sums.n < 2 OR sums.debit <> sums.credit OR NOT sums.of_it THEN
        RAISE EXCEPTION 'journal % does not balance', checked USING ERRCODE = 'check_violation';
    END IF;
    IF entry.recorded_at <> transaction_timestamp() THEN
        RAISE EXCEPTION 'journal % is closed', checked USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""

# A line is about days, whatever is found of them later. Below zero it takes back what was paid too much.
LINES = """
ALTER TABLE discount_line ADD COLUMN period_start_on date, ADD COLUMN period_end_on date;
UPDATE discount_line d SET period_start_on = p.period_start_on, period_end_on = p.period_end_on
FROM interest_period p WHERE p.id = d.interest_period_id;
DO $$
DECLARE
    old record;
BEGIN
    FOR old IN SELECT conname FROM pg_constraint WHERE conrelid = 'discount_line'::regclass AND contype = 'c' LOOP
        EXECUTE format('ALTER TABLE discount_line DROP CONSTRAINT %I', old.conname);
    END LOOP;
    FOR old IN SELECT conname FROM pg_constraint WHERE conrelid = 'discount_claim'::regclass AND contype = 'c'
        AND pg_get_constraintdef(oid) LIKE '%amount_fen >= 0%' LOOP
        EXECUTE format('ALTER TABLE discount_claim DROP CONSTRAINT %I', old.conname);
    END LOOP;
END $$;
ALTER TABLE discount_line DROP CONSTRAINT discount_line_interest_period_id_fkey,
    DROP CONSTRAINT discount_line_interest_period_id_key, ALTER COLUMN interest_period_id DROP NOT NULL,
    ALTER COLUMN period_start_on SET NOT NULL, ALTER COLUMN period_end_on SET NOT NULL,
    ADD CHECK (period_start_on < period_end_on), ADD CHECK (posted_fen >= 0),
    ADD CONSTRAINT discount_line_outcome_check CHECK (outcome IN ('accepted', 'refused', 'taken_back')),
    ADD CHECK ((outcome = 'accepted') = (amount_fen > 0)), ADD CHECK ((outcome = 'taken_back') = (amount_fen < 0)),
    ADD CHECK (amount_fen <= posted_fen),
    ADD UNIQUE (claim_id, loan_id, period_start_on, period_end_on);
CREATE INDEX ON discount_line (loan_id, period_start_on);
CREATE INDEX ON discount_line (bank) WHERE outcome = 'refused';
"""

RELEASES = """
CREATE TABLE event_release (
    id uuid PRIMARY KEY, event_id uuid NOT NULL REFERENCES bank_event, loan_id uuid NOT NULL REFERENCES loan,
    division text COLLATE "C" NOT NULL, bank text NOT NULL, reason text NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'released', 'refused')),
    proposed_on date NOT NULL, proposed_by text NOT NULL, released_on date, released_by text, ended_code text,
    CONSTRAINT event_releaser_is_not_proposer CHECK (released_by <> proposed_by),
    CHECK (num_nulls(released_on, released_by) IN (0, 2)), CHECK ((state = 'proposed') = (released_by IS NULL)));
CREATE UNIQUE INDEX ON event_release (event_id) WHERE state <> 'refused';
CREATE INDEX ON event_release (loan_id);
CREATE INDEX ON event_release (division, id);
CREATE INDEX ON event_release (bank, id);
CREATE INDEX ON event_release (state, id);
CREATE INDEX ON event_release (state, division, id);
"""

HOLDS = """
ALTER TABLE loan_hold DROP CONSTRAINT loan_hold_kind_check;
ALTER TABLE loan_hold ADD CONSTRAINT loan_hold_kind_check CHECK (kind IN
    ('borrower_death', 'borrower_left', 'dividend_missed', 'misuse_suspected', 'household_removed', 'second_loan'));
"""


def upgrade() -> None:
    run(ACTOR)
    for part in (EVENTS, LOANS, BOOK, LINES, RELEASES, HOLDS):
        run(part)
    restrict_by_area("finance", "event_release", bank=True)
    audit("event_release")
    make_cases("event_release", "coalesce(released_on, proposed_on)", ("proposed",))
    open_to_the_narrowed("finance")
    narrow_to("event_release", "villager", "loan_id = ANY (ARRAY(SELECT id FROM loan))")
    narrow_to("event_release", "helper", "false")
    narrow_to("event_release", "entity", "false")
