"""What a roster file says otherwise of known households is proposed; a claim ends with the arrival it was made for."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, audit, restrict, restrict_by_area
from shared.data.ddl.m0006 import NAMES, narrow_to

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

CLAIMS = """
ALTER TABLE claim DROP CONSTRAINT claim_state_check;
ALTER TABLE claim ADD CONSTRAINT claim_state_check CHECK (state IN ('open', 'moves', 'stays', 'lapsed'));
"""
# `division` is that of the file: its own people confirm it, wherever the household has moved.
PROPOSALS = """
CREATE TABLE roster_proposal (
    import_id uuid NOT NULL REFERENCES roster_import, division text COLLATE "C" NOT NULL, position integer NOT NULL,
    row integer NOT NULL, household_no text NOT NULL, person text, field text NOT NULL,
    stands jsonb, proposed jsonb NOT NULL, since date NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'taken', 'overtaken', 'attested', 'unseen')),
    PRIMARY KEY (import_id, position));
CREATE TABLE roster_listing (household_id uuid PRIMARY KEY REFERENCES household, listed_on date NOT NULL);
ALTER TABLE roster_import ADD COLUMN listed_on date;
UPDATE roster_import SET listed_on = business_date;
ALTER TABLE roster_import ALTER COLUMN listed_on SET NOT NULL;
CREATE INDEX ON roster_import (sha256);
"""


def upgrade() -> None:
    run(CLAIMS)
    run(PROPOSALS)
    restrict_by_area("registry", "roster_proposal")
    restrict("registry", "roster_listing", HAS_CONTEXT)
    for table in ("roster_proposal", "roster_listing"):
        for role in NAMES:
            narrow_to(table, role, "false")
    audit("roster_proposal", "roster_listing")
