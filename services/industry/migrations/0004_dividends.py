"""Loans put into an entity that guarantees a yearly dividend: agreements, what is due on which day, what was paid."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# `loan_known` is what finance's facts leave here. After an agreement's end no more is owed than was paid before.
TABLES = """
CREATE TABLE loan_known (
    loan_id uuid PRIMARY KEY, household_id uuid NOT NULL, division text COLLATE "C" NOT NULL,
    amount_fen bigint NOT NULL, state text NOT NULL CHECK (state IN ('disbursed', 'settled')));
CREATE INDEX ON loan_known (household_id);

CREATE TABLE dividend_agreement (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    loan_id uuid NOT NULL REFERENCES loan_known, entity_code text NOT NULL,
    entity_kind text NOT NULL CHECK (entity_kind IN ('enterprise', 'cooperative', 'platform')),
    principal_fen bigint NOT NULL CHECK (principal_fen > 0), floor_fen bigint NOT NULL CHECK (floor_fen > 0),
    years integer NOT NULL CHECK (years > 0), signed_on date NOT NULL, consent boolean NOT NULL CHECK (consent),
    participation text NOT NULL CHECK (participation IN ('labour', 'land', 'consulted', 'none')),
    interest_bearer text NOT NULL CHECK (interest_bearer IN ('entity', 'county')),
    state text NOT NULL CHECK (state IN ('active', 'ended')), ended_on date, ended_reason text,
    decision_id uuid NOT NULL REFERENCES decision, recorded_by text NOT NULL,
    CHECK ((state = 'ended') = (ended_on IS NOT NULL)), CHECK ((ended_on IS NULL) = (ended_reason IS NULL)),
    CHECK (ended_on >= signed_on));
-- A loan never stands in two schemes at once.
CREATE UNIQUE INDEX dividend_one_agreement_a_loan ON dividend_agreement (loan_id) WHERE state = 'active';
CREATE INDEX ON dividend_agreement (household_id);
CREATE INDEX ON dividend_agreement (entity_code);

CREATE TABLE dividend_due (
    agreement_id uuid NOT NULL REFERENCES dividend_agreement, due_on date NOT NULL,
    household_id uuid NOT NULL, division text COLLATE "C" NOT NULL,
    owed_fen bigint NOT NULL CHECK (owed_fen >= 0), paid_fen bigint NOT NULL DEFAULT 0 CHECK (paid_fen >= 0),
    topped_up_fen bigint NOT NULL DEFAULT 0 CHECK (topped_up_fen >= 0),
    missed_on date,
    PRIMARY KEY (agreement_id, due_on),
    CONSTRAINT dividend_within_owed CHECK (paid_fen + topped_up_fen <= owed_fen));
CREATE INDEX ON dividend_due (due_on);

CREATE TABLE dividend_payment (
    id uuid PRIMARY KEY, agreement_id uuid NOT NULL, due_on date NOT NULL, division text COLLATE "C" NOT NULL,
    amount_fen bigint NOT NULL CHECK (amount_fen > 0), paid_on date NOT NULL, recorded_by text NOT NULL,
    FOREIGN KEY (agreement_id, due_on) REFERENCES dividend_due);
CREATE INDEX ON dividend_payment (agreement_id);

CREATE TABLE dividend_top_up (
    id uuid PRIMARY KEY, year integer NOT NULL UNIQUE, division text COLLATE "C" NOT NULL,
    agreements integer NOT NULL, amount_fen bigint NOT NULL, made_by text NOT NULL, made_on date NOT NULL);

-- Row-level security hides what an entity took in other townships: of it a sum is answered, nothing more.
CREATE FUNCTION entity_exposure(codes text[]) RETURNS TABLE (code text, principal_fen bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT entity_code, sum(principal_fen)::bigint FROM dividend_agreement
    WHERE entity_code = ANY(codes) AND state = 'active' GROUP BY entity_code
$$;
REVOKE ALL ON FUNCTION entity_exposure FROM PUBLIC;
GRANT EXECUTE ON FUNCTION entity_exposure TO industry_app, system;
"""
NAMES = ("loan_known", "dividend_agreement", "dividend_due", "dividend_payment", "dividend_top_up")


def upgrade() -> None:
    run(TABLES)
    for table in NAMES:
        restrict_by_area("industry", table)
    run("REVOKE UPDATE, DELETE, TRUNCATE ON dividend_top_up FROM industry_app, system")
    run("REVOKE DELETE, TRUNCATE ON dividend_agreement, dividend_due, dividend_payment FROM industry_app, system")
    audit("dividend_agreement", "dividend_due", "dividend_payment", "dividend_top_up")
