"""Applications and loans; one open loan a household, held by the database."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# A loan has its application's id. What it owes: `interest_fen` was posted and neither repaid nor covered by the
# county; of it `interest_owed_fen` was found not to be the county's, so the household's.
TABLES = """
CREATE SEQUENCE loan_number;

CREATE TABLE loan_application (
    id uuid PRIMARY KEY, household_id uuid NOT NULL, division text COLLATE "C" NOT NULL, bank text NOT NULL,
    amount_fen bigint NOT NULL, term_months integer NOT NULL, purpose text NOT NULL,
    status text NOT NULL CHECK (status IN ('approved', 'refused')), missing jsonb NOT NULL,
    decision_id uuid NOT NULL, applied_on date NOT NULL, applied_by text NOT NULL);
CREATE INDEX ON loan_application (household_id);

CREATE TABLE loan (
    id uuid PRIMARY KEY REFERENCES loan_application, loan_no text NOT NULL UNIQUE,
    household_id uuid NOT NULL, division text COLLATE "C" NOT NULL, bank text NOT NULL,
    state text NOT NULL CHECK
        (state IN ('approved', 'granted', 'declined', 'disbursed', 'overdue', 'settled')),
    amount_fen bigint NOT NULL CHECK (amount_fen > 0), term_months integer NOT NULL CHECK (term_months > 0),
    rate_ppm bigint NOT NULL CHECK (rate_ppm > 0),
    approved_on date NOT NULL, decided_on date, disbursed_on date, due_on date, settled_on date,
    disbursed_fen bigint NOT NULL DEFAULT 0 CHECK (disbursed_fen BETWEEN 0 AND amount_fen),
    principal_fen bigint NOT NULL DEFAULT 0 CHECK (principal_fen BETWEEN 0 AND disbursed_fen),
    interest_fen bigint NOT NULL DEFAULT 0 CHECK (interest_fen >= 0),
    interest_owed_fen bigint NOT NULL DEFAULT 0 CHECK (interest_owed_fen BETWEEN 0 AND interest_fen),
    penalty_fen bigint NOT NULL DEFAULT 0 CHECK (penalty_fen >= 0),
    overdue_fen bigint NOT NULL DEFAULT 0 CHECK (overdue_fen >= 0), overdue_since date,
    version bigint NOT NULL DEFAULT 1,
    CHECK ((state IN ('disbursed', 'overdue', 'settled')) = (disbursed_on IS NOT NULL)),
    CHECK ((state = 'overdue') = (overdue_since IS NOT NULL)),
    CHECK (state <> 'settled' OR principal_fen = 0));
CREATE INDEX ON loan (division, id);
CREATE INDEX ON loan (bank, state);
CREATE UNIQUE INDEX one_open_loan ON loan (household_id)
    WHERE state IN ('approved', 'granted', 'disbursed', 'overdue');

-- Row-level security hides a loan taken under another village: the county-wide answer is yes or no.
CREATE FUNCTION households_with_open_loan(ids uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT household_id FROM loan
    WHERE household_id = ANY(ids) AND state IN ('approved', 'granted', 'disbursed', 'overdue')
$$;
REVOKE ALL ON FUNCTION households_with_open_loan FROM PUBLIC;
GRANT EXECUTE ON FUNCTION households_with_open_loan TO finance_app, system;
GRANT USAGE ON SEQUENCE loan_number TO finance_app, system;
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("loan_application", "loan"):
        restrict_by_area("finance", table, bank=True)
    audit("loan_application", "loan")
