"""A household has its card once it is announced, and signs for it; who applied may take his application back."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0006 import NAMES, narrow, narrow_to, open_to_the_narrowed

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

CARDS = """
CREATE TABLE household_card (
    id uuid PRIMARY KEY, household_id uuid NOT NULL UNIQUE REFERENCES household, division text COLLATE "C" NOT NULL,
    handed_on date NOT NULL, handed_by text NOT NULL, signed_by text,
    signature text CHECK (signature IN ('signed', 'fingerprint')),
    scan_sha256 text CHECK (scan_sha256 ~ '^[0-9a-f]{64}$'), signed_on date CHECK (signed_on >= handed_on),
    CHECK (num_nulls(signed_by, signed_on) IN (0, 2)), CHECK (num_nulls(signature, scan_sha256) IN (0, 2)),
    CHECK (scan_sha256 IS NULL OR signed_by IS NOT NULL));
CREATE INDEX ON household_card (division, id);
"""
# However a case ends, it keeps nobody's data.
ENDED = """
ALTER TABLE identification DROP CONSTRAINT identification_state_check;
ALTER TABLE identification ADD CONSTRAINT identification_state_check CHECK (state IN ('applied', 'visited', 'reviewed',
    'checked', 'noticed', 'township_checked', 'noticed_again', 'compared', 'entered', 'refused', 'withdrawn'));
ALTER TABLE identification ADD CONSTRAINT identification_withdrawn_for_a_reason
    CHECK (state <> 'withdrawn' OR ended_code IS NOT NULL);
DROP TRIGGER forgotten ON identification;
CREATE TRIGGER forgotten AFTER UPDATE OF state ON identification FOR EACH ROW
    WHEN (NEW.state IN ('entered', 'refused', 'withdrawn')) EXECUTE FUNCTION forget_applicants();
"""
WITHDRAWALS = """
CREATE TABLE withdrawal (
    id uuid PRIMARY KEY, identification_id uuid NOT NULL REFERENCES identification,
    division text COLLATE "C" NOT NULL,
    reason text NOT NULL CHECK (reason IN ('moved_away', 'better_off', 'other_support', 'mistaken', 'private')),
    signature text NOT NULL CHECK (signature IN ('signed', 'fingerprint')),
    scan_sha256 text NOT NULL CHECK (scan_sha256 ~ '^[0-9a-f]{64}$'), place text NOT NULL, signed_on date NOT NULL,
    witness text NOT NULL, state text NOT NULL CHECK (state IN ('recorded', 'confirmed', 'rejected')),
    recorded_on date NOT NULL, recorded_by text NOT NULL, confirmed_on date, confirmed_by text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CONSTRAINT withdrawal_confirmer_did_not_record CHECK (confirmed_by <> recorded_by),
    CHECK (witness <> recorded_by), CHECK (signed_on <= recorded_on),
    CHECK (due_on IS NOT NULL OR state <> 'recorded'),
    CHECK (num_nulls(confirmed_on, confirmed_by) = CASE WHEN state = 'recorded' THEN 2 ELSE 0 END));
CREATE UNIQUE INDEX withdrawal_one_open ON withdrawal (identification_id) WHERE state = 'recorded';
CREATE INDEX ON withdrawal (division, id);
CREATE INDEX ON withdrawal (identification_id, id);
CREATE INDEX ON withdrawal (state, id);
CREATE INDEX ON withdrawal (state, division, id);
CREATE INDEX ON withdrawal (state, division, due_on, id) WHERE state = 'recorded';
CREATE INDEX ON withdrawal (state, due_on, id) WHERE state = 'recorded';
"""


def upgrade() -> None:
    run(CARDS)
    run(ENDED)
    run(WITHDRAWALS)
    restrict_by_area("registry", "household_card")
    narrow("household_card")
    restrict_by_area("registry", "withdrawal")
    for role in NAMES:
        narrow_to("withdrawal", role, "false")
    open_to_the_narrowed("registry")
    run("REVOKE DELETE, TRUNCATE ON household_card, withdrawal FROM registry_app, system, helper, villager, entity")
    audit("household_card", "withdrawal")
