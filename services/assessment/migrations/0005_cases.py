"""Cases of fabrication: opened by one person, confirmed or dismissed by another, reviewed household by household."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# A township reviews its households of a case that may be the county's and hidden from it: what a review asks of the
# case stands with each household.
TABLES = """
CREATE TABLE fraud_case (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL, kind text NOT NULL CHECK
        (kind IN ('fabricated_income', 'copied_visits', 'ghost_visits', 'misused_funds', 'favouritism')),
    evidence text NOT NULL, state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'confirmed', 'dismissed')),
    opened_on date NOT NULL, opened_by text NOT NULL, decided_on date, decided_by text,
    CONSTRAINT case_decider_is_not_opener CHECK (decided_by <> opened_by),
    CHECK ((state = 'open') = (decided_on IS NULL) AND (state = 'open') = (decided_by IS NULL)));
CREATE INDEX ON fraud_case (state, id);

-- `subject_id` is a unit's or a cadre's.
CREATE TABLE case_subject (
    case_id uuid NOT NULL REFERENCES fraud_case, subject_id uuid NOT NULL,
    subject_kind text NOT NULL CHECK (subject_kind IN ('unit', 'cadre')), division text COLLATE "C" NOT NULL,
    PRIMARY KEY (case_id, subject_id));
CREATE INDEX ON case_subject (subject_id);

CREATE TABLE case_household (
    case_id uuid NOT NULL REFERENCES fraud_case, household_id uuid NOT NULL REFERENCES household,
    division text COLLATE "C" NOT NULL, case_division text COLLATE "C" NOT NULL, opened_by text NOT NULL,
    confirmed_on date, reviewed_on date, reviewed_by text,
    PRIMARY KEY (case_id, household_id),
    CONSTRAINT case_reviewer_is_not_opener CHECK (reviewed_by <> opened_by),
    CHECK ((reviewed_on IS NULL) = (reviewed_by IS NULL)),
    CHECK (reviewed_on IS NULL OR confirmed_on IS NOT NULL AND reviewed_on >= confirmed_on));
CREATE INDEX ON case_household (household_id);
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("fraud_case", "case_subject", "case_household"):
        restrict_by_area("assessment", table)
    audit("fraud_case", "case_subject", "case_household")
