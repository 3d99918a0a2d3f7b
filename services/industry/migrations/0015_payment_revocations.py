"""A payment that a bank confirmed by mistake is taken back by the bank and the county."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0003 import make_cases

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# An answer is told once; it is undone once, with the day on which two agreed that it was wrong.
TABLES = """
CREATE TABLE payment_revocation (
    id uuid PRIMARY KEY, line_id uuid NOT NULL REFERENCES payout_line, household_id uuid NOT NULL,
    division text COLLATE "C" NOT NULL, bank text NOT NULL, amount_fen bigint NOT NULL, code text NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'refused')),
    proposed_on date NOT NULL, proposed_by text NOT NULL, confirmed_on date, confirmed_by text, ended_code text,
    CONSTRAINT payment_revocation_confirmer_is_not_proposer CHECK (confirmed_by <> proposed_by),
    CHECK ((state = 'proposed') = (confirmed_by IS NULL)), CHECK ((confirmed_by IS NULL) = (confirmed_on IS NULL)));
CREATE UNIQUE INDEX payment_one_open_revocation ON payment_revocation (line_id) WHERE state = 'proposed';
CREATE INDEX ON payment_revocation (household_id, id);
CREATE INDEX ON payment_revocation (division, id);
CREATE INDEX ON payment_revocation (bank, id);
CREATE INDEX ON payment_revocation (state, id);
ALTER TABLE payout_line ADD COLUMN revoked_on date CHECK (revoked_on IS NULL OR state = 'returned');
GRANT UPDATE (revoked_on) ON payout_line TO industry_app, system;
DROP TRIGGER answered_once ON payout_line;
CREATE TRIGGER answered_once BEFORE UPDATE ON payout_line FOR EACH ROW
    WHEN (OLD.state <> 'sent' AND (NEW.state, NEW.paid_on) IS DISTINCT FROM (OLD.state, OLD.paid_on)
        AND NOT (OLD.state = 'confirmed' AND NEW.state = 'returned' AND NEW.revoked_on IS NOT NULL))
    EXECUTE FUNCTION refuse_second_answer();
"""


def upgrade() -> None:
    run(TABLES)
    restrict_by_area("industry", "payment_revocation", bank=True)
    audit("payment_revocation")
    make_cases("payment_revocation", "proposed_on", ("proposed",))
