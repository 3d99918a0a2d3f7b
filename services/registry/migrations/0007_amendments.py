"""What comes after an exit: returns to poverty, revocations, corrections; laid before one person by another."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE amendment (
    id uuid PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('return', 'revocation', 'correction')),
    household_id uuid NOT NULL REFERENCES household, exit_id uuid REFERENCES exit_case,
    division text COLLATE "C" NOT NULL, reason text NOT NULL, evidence text NOT NULL CHECK (evidence <> ''),
    fell_on date, corrected jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'refused', 'rejected')),
    proposed_on date NOT NULL, proposed_by text NOT NULL, decided_on date, decided_by text,
    decision_id uuid REFERENCES decision,
    CHECK (decided_on >= proposed_on), CHECK (fell_on <= proposed_on),
    CONSTRAINT amendment_decider_is_not_proposer CHECK (decided_by <> proposed_by),
    CHECK (num_nulls(decided_on, decided_by) = CASE WHEN state = 'proposed' THEN 2 ELSE 0 END),
    -- Nothing changes, nor is refused by the rule, without a decision on record.
    CHECK ((decision_id IS NOT NULL) = (state IN ('confirmed', 'refused'))),
    CHECK ((kind = 'return') = (fell_on IS NOT NULL)), CHECK (kind = 'return' OR exit_id IS NOT NULL),
    CHECK ((kind = 'correction') = (corrected <> '{}')));
CREATE UNIQUE INDEX amendment_one_open ON amendment (household_id) WHERE state = 'proposed';
CREATE INDEX ON amendment (division, id);

-- An exit that was taken back is over: the household may be proposed anew.
ALTER TABLE exit_case DROP CONSTRAINT exit_case_state_check;
ALTER TABLE exit_case ADD CONSTRAINT exit_case_state_check CHECK (state IN ('proposed', 'reviewed', 'checked',
    'consented', 'noticed', 'township_checked', 'approved', 'announced', 'refused', 'withdrawn', 'revoked'));
DROP INDEX exit_one_open_case;
CREATE UNIQUE INDEX exit_one_open_case ON exit_case (household_id)
    WHERE state NOT IN ('announced', 'refused', 'withdrawn', 'revoked');
"""


def upgrade() -> None:
    run(TABLES)
    restrict_by_area("registry", "amendment")
    audit("amendment")
