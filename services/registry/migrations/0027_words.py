"""Every word about how a household lives is kept, whether it holds or not; income sheets."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0006 import narrow, open_to_the_narrowed

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE household_word (
    id uuid PRIMARY KEY DEFAULT uuidv7(), household_id uuid NOT NULL REFERENCES household,
    division text COLLATE "C" NOT NULL, since date NOT NULL, said jsonb NOT NULL CHECK (jsonb_typeof(said) = 'object'),
    stated_by text NOT NULL, stated_as text DEFAULT nullif(current_setting('app.role', true), ''),
    weight text NOT NULL CHECK (weight IN ('takeover', 'statement', 'visit', 'attestation', 'payment', 'match')));
CREATE INDEX ON household_word (household_id);
-- The lines of one statement belong together, also where a later day's overtook it.
ALTER TABLE income_line ADD COLUMN statement_id uuid;
-- Of before: the versions' own words. What two people said of one day stands under the second one's name.
SELECT set_config('app.subject', 'system:migration', true), set_config('app.role', 'system', true);
INSERT INTO household_word (id, household_id, division, since, said, stated_by, stated_as, weight)
SELECT f.id, f.household_id, f.division, lower(f.valid), (SELECT jsonb_object_agg(w, to_jsonb(f) -> w)
    FROM unnest(f.own) AS w), f.stated_by, f.stated_as, f.weight
FROM household_fact f WHERE f.own <> '{}' AND NOT isempty(f.valid);
"""
SHEET = """
CREATE TABLE income_sheet (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    income_year integer NOT NULL, stated_on date NOT NULL, stated_by text NOT NULL,
    said jsonb NOT NULL CHECK (jsonb_typeof(said -> 'lines') = 'array'),
    gifts_fen bigint NOT NULL CHECK (gifts_fen >= 0), net_income_fen bigint NOT NULL, signed_by text NOT NULL,
    signature text NOT NULL CHECK (signature IN ('signed', 'fingerprint')),
    weight text NOT NULL CHECK (weight IN ('takeover', 'statement', 'visit', 'attestation', 'payment', 'match')));
CREATE INDEX ON income_sheet (division, id);
CREATE INDEX ON income_sheet (household_id, id);
CREATE INDEX ON income_sheet (income_year, id);
"""


def upgrade() -> None:
    run(TABLE)
    run(SHEET)
    for table in ("household_word", "income_sheet"):
        restrict_by_area("registry", table)
        narrow(table)
    audit("household_word", "income_sheet")
    # What was once said, and signed, is so.
    run("REVOKE UPDATE, DELETE ON household_word, income_sheet FROM registry_app")
    open_to_the_narrowed("registry")
