"""How many rural people a place has, and whether it is a poor village, is changed by two persons with a source."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0006 import NAMES, narrow_to

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

CHANGES = """
CREATE TABLE division_change (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL CHECK (division ~ '^([0-9]{6}|[0-9]{9}|[0-9]{12})$'),
    since date NOT NULL, rural_people integer CHECK (rural_people >= 0), poor_village boolean,
    was_rural_people integer NOT NULL, was_poor_village boolean NOT NULL, document_no text NOT NULL,
    issuer text NOT NULL, state text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'rejected')),
    proposed_on date NOT NULL, proposed_by text NOT NULL, decided_on date, decided_by text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (num_nulls(rural_people, poor_village) < 2), CHECK (since <= proposed_on), CHECK (decided_on >= proposed_on),
    CHECK (due_on IS NOT NULL OR state <> 'proposed'),
    CONSTRAINT division_change_decider_is_not_proposer CHECK (decided_by <> proposed_by),
    CHECK (num_nulls(decided_on, decided_by) = CASE WHEN state = 'proposed' THEN 2 ELSE 0 END));
CREATE INDEX ON division_change (division, id);
CREATE INDEX ON division_change (state, id);
CREATE INDEX ON division_change (state, division, id);
CREATE INDEX ON division_change (state, division, due_on, id) WHERE state = 'proposed';
CREATE INDEX ON division_change (state, due_on, id) WHERE state = 'proposed';
"""


def upgrade() -> None:
    run(CHANGES)
    restrict_by_area("registry", "division_change")
    for role in NAMES:
        narrow_to("division_change", role, "false")
    run("REVOKE DELETE, TRUNCATE ON division_change FROM registry_app, system")
    audit("division_change")
