"""A household has its card once it is announced, and signs for it."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0006 import narrow, open_to_the_narrowed

revision = "0037"
down_revision = "0036"
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


def upgrade() -> None:
    run(CARDS)
    restrict_by_area("registry", "household_card")
    narrow("household_card")
    open_to_the_narrowed("registry")
    run("REVOKE DELETE, TRUNCATE ON household_card FROM registry_app, system, helper, villager, entity")
    audit("household_card")
