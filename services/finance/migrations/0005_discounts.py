"""Claims of the interest discount: made by one person, checked by another, each settled period once."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE discount_claim (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL, bank text NOT NULL, quarter_end_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('made', 'checked')),
    lines integer NOT NULL, amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
    made_by text NOT NULL, made_on date NOT NULL, checked_by text, checked_on date,
    CHECK (made_by <> checked_by), CHECK ((state = 'checked') = (checked_by IS NOT NULL)));
CREATE INDEX ON discount_claim (bank, quarter_end_on);

CREATE TABLE discount_line (
    id uuid PRIMARY KEY, claim_id uuid NOT NULL REFERENCES discount_claim,
    interest_period_id uuid NOT NULL UNIQUE REFERENCES interest_period,
    loan_id uuid NOT NULL REFERENCES loan, household_id uuid NOT NULL,
    division text COLLATE "C" NOT NULL, bank text NOT NULL,
    posted_fen bigint NOT NULL, amount_fen bigint NOT NULL CHECK (amount_fen BETWEEN 0 AND posted_fen),
    outcome text NOT NULL CHECK (outcome IN ('accepted', 'refused')), missing jsonb NOT NULL,
    decision_id uuid NOT NULL,
    CHECK ((outcome = 'accepted') = (amount_fen > 0)));
CREATE INDEX ON discount_line (claim_id);
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("discount_claim", "discount_line"):
        restrict_by_area("finance", table, bank=True)
    audit("discount_claim", "discount_line")
