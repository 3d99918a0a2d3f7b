"""Departments attest incomes; what a file says no longer of attested facts is marked so."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import IN_AREA, audit, restrict
from shared.data.ddl.m0002 import append_only
from shared.data.ddl.m0006 import narrow, open_to_the_narrowed

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

TAKEN_BACK = """
ALTER TABLE overruled_word ADD COLUMN taken_back_on date CHECK (taken_back_on IS NULL OR weight = 'match');
"""
# A CHECK that PostgreSQL named is found by its text.
KINDS = """
DO $$
DECLARE found record;
BEGIN
    FOR found IN SELECT c.conname FROM pg_constraint c WHERE c.conrelid = 'income_line'::regclass AND c.contype = 'c'
        AND pg_get_constraintdef(c.oid) LIKE '%kind = ANY%' LOOP
        EXECUTE format('ALTER TABLE income_line DROP CONSTRAINT %I', found.conname);
    END LOOP;
END $$;
ALTER TABLE income_line ADD CHECK (kind IN ('statement', 'payment', 'attestation'));
ALTER TABLE income_line ADD CHECK (kind <> 'attestation' OR weight = 'attestation' AND category <> 'business_cost');
"""
TABLE = """
CREATE TABLE income_attestation (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    unit text NOT NULL CHECK (unit <> ''), income_year integer NOT NULL, source text NOT NULL,
    category text NOT NULL CHECK (category IN ('wage', 'business', 'property', 'transfer')),
    amount_fen bigint NOT NULL CHECK (amount_fen >= 0), document_no text NOT NULL,
    corrects uuid REFERENCES income_attestation, reason text, attested_on date NOT NULL, attested_by text NOT NULL,
    CHECK ((corrects IS NULL) = (reason IS NULL)));
CREATE INDEX ON income_attestation (division, id);
CREATE INDEX ON income_attestation (household_id, id);
CREATE INDEX ON income_attestation (unit, id);
"""
# A department sees its own trade's, as of its other attestations.
OF_TRADE = f"""
    ({IN_AREA.format(column="division")}) AND CASE WHEN current_setting('app.role', true) = 'department'
    THEN unit = nullif(current_setting('app.unit', true), '') ELSE true END
"""


def upgrade() -> None:
    run(TAKEN_BACK)
    run(KINDS)
    run(TABLE)
    restrict("registry", "income_attestation", OF_TRADE)
    narrow("income_attestation")
    append_only("registry", "income_attestation")
    open_to_the_narrowed("registry")
    audit("income_attestation")
