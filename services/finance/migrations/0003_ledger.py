"""The ledger: journals that balance at commit, and that nobody changes."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, restrict, restrict_by_area

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE account (code text PRIMARY KEY, side text NOT NULL CHECK (side IN ('debit', 'credit')));
INSERT INTO account (code, side) VALUES
    ('loan_principal', 'debit'), ('interest_receivable', 'debit'), ('discount_receivable', 'debit'),
    ('penalty_receivable', 'debit'), ('bank_clearing', 'credit'), ('interest_income', 'credit'),
    ('penalty_income', 'credit');

-- `source_key` names what moved the money (a bank's serial, a line of a claim): it is booked once, for good.
CREATE TABLE journal (
    id uuid PRIMARY KEY, kind text NOT NULL, loan_id uuid NOT NULL REFERENCES loan,
    division text COLLATE "C" NOT NULL, bank text NOT NULL, booked_on date NOT NULL,
    source_key text NOT NULL UNIQUE, memo text NOT NULL,
    recorded_by text NOT NULL, recorded_at timestamptz NOT NULL DEFAULT transaction_timestamp());
CREATE INDEX ON journal (loan_id);

CREATE TABLE posting (
    journal_id uuid NOT NULL REFERENCES journal, position smallint NOT NULL,
    account text NOT NULL REFERENCES account, loan_id uuid NOT NULL REFERENCES loan,
    division text COLLATE "C" NOT NULL, bank text NOT NULL, booked_on date NOT NULL,
    debit_fen bigint NOT NULL CHECK (debit_fen >= 0), credit_fen bigint NOT NULL CHECK (credit_fen >= 0),
    PRIMARY KEY (journal_id, position),
    CHECK ((debit_fen > 0) <> (credit_fen > 0)));
CREATE INDEX ON posting (loan_id, account);
"""

# SECURITY DEFINER: under the caller's row-level security it would add up only what he may see.
GUARDS = """
CREATE FUNCTION journal_must_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
    checked uuid := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid;
    entry journal;
    sums record;
BEGIN
    SELECT * INTO entry FROM journal WHERE id = checked;
    SELECT count(*) AS n, sum(debit_fen) AS debit, sum(credit_fen) AS credit,
        bool_and(loan_id = entry.loan_id AND division = entry.division AND bank = entry.bank
            AND booked_on = entry.booked_on) AS of_it
        INTO sums FROM posting WHERE journal_id = checked;
    IF sums.n < 2 OR sums.debit <> sums.credit OR NOT sums.of_it THEN
        RAISE EXCEPTION 'journal % does not balance', checked USING ERRCODE = 'check_violation';
    END IF;
    IF entry.recorded_at <> transaction_timestamp() THEN
        RAISE EXCEPTION 'journal % is closed', checked USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER balance AFTER INSERT ON journal DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION journal_must_balance('id');
CREATE CONSTRAINT TRIGGER balance AFTER INSERT ON posting DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION journal_must_balance('journal_id');

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is never changed: book a counter-entry' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON posting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON journal, posting FROM finance_app, system;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON account FROM finance_app, system;
"""


def upgrade() -> None:
    run(TABLES)
    restrict("finance", "account", HAS_CONTEXT)
    for table in ("journal", "posting"):
        restrict_by_area("finance", table, bank=True)
    run(GUARDS)
