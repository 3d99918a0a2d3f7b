"""What other services' facts mean here: payments become income, moves, more kinds of measures, freezes."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, create_freeze_table, restrict_by_area

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# A payment is recorded once for good; the year's line of its payer and category is the sum of them.
TABLES = """
CREATE TABLE income_payment (
    payment_id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household,
    division text COLLATE "C" NOT NULL, income_year integer NOT NULL,
    category text NOT NULL CHECK (category IN ('wage', 'business', 'property', 'transfer')),
    payer text NOT NULL CHECK (payer <> ''), amount_fen bigint NOT NULL CHECK (amount_fen > 0), paid_on date NOT NULL,
    CHECK (income_year = extract(year FROM paid_on) + CASE WHEN extract(month FROM paid_on) >= 10 THEN 1 ELSE 0 END));
CREATE INDEX ON income_payment (household_id, income_year);

ALTER TABLE household ADD COLUMN moved_in_on date;

ALTER TABLE measure DROP CONSTRAINT measure_kind_check;
ALTER TABLE measure ADD CONSTRAINT measure_kind_check
    CHECK (kind IN ('loan', 'relocation', 'dividend', 'post', 'training', 'project'));
"""


def upgrade() -> None:
    run(TABLES)
    restrict_by_area("registry", "income_payment")
    # What was paid stays paid.
    run("REVOKE UPDATE, DELETE, TRUNCATE ON income_payment FROM registry_app, system")
    audit("income_payment")
    create_freeze_table("registry")
