"""People who leave a household, and households that are struck: reported by one person, confirmed by another."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE departure (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, member_id uuid NOT NULL REFERENCES member,
    division text COLLATE "C" NOT NULL,
    reason text NOT NULL CHECK (reason IN ('death', 'marriage_out', 'registration_out', 'prison', 'not_sharing')),
    left_on date NOT NULL, state text NOT NULL CHECK (state IN ('reported', 'confirmed', 'rejected')),
    reported_on date NOT NULL, reported_by text NOT NULL, decided_on date, decided_by text,
    CHECK (left_on <= reported_on), CHECK (decided_on >= reported_on),
    CONSTRAINT departure_decider_is_not_reporter CHECK (decided_by <> reported_by),
    CHECK (num_nulls(decided_on, decided_by) = CASE WHEN state = 'reported' THEN 2 ELSE 0 END));
-- A person leaves once: what was rejected may be reported again, what was confirmed may not.
CREATE UNIQUE INDEX departure_once ON departure (member_id) WHERE state <> 'rejected';
CREATE INDEX ON departure (division, id);

CREATE TABLE removal (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    reason text NOT NULL CHECK (reason ~ '^EX([1-9]|10)$'), evidence text NOT NULL CHECK (evidence <> ''),
    state text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'rejected')),
    proposed_on date NOT NULL, proposed_by text NOT NULL, decided_on date, decided_by text,
    CHECK (decided_on >= proposed_on),
    CONSTRAINT removal_decider_is_not_proposer CHECK (decided_by <> proposed_by),
    CHECK (num_nulls(decided_on, decided_by) = CASE WHEN state = 'proposed' THEN 2 ELSE 0 END));
CREATE UNIQUE INDEX removal_once ON removal (household_id) WHERE state <> 'rejected';
CREATE INDEX ON removal (division, id);
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("departure", "removal"):
        restrict_by_area("registry", table)
    audit("departure", "removal")
