"""Departments' files are kept with what became of each row; an income may be attested of one person."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import IN_AREA, restrict
from shared.data.ddl.m0002 import append_only
from shared.data.ddl.m0006 import NAMES, narrow_to

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE income_attestation ADD COLUMN member_id uuid REFERENCES member;
CREATE TABLE attestation_file (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL, unit text NOT NULL CHECK (unit <> ''),
    kind text NOT NULL CHECK (kind IN ('facts', 'incomes')),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'), file_sealed bytea NOT NULL,
    row_count integer NOT NULL CHECK (row_count > 0), accepted integer NOT NULL CHECK (accepted >= 0),
    refused integer NOT NULL CHECK (refused >= 0), handed_in_on date NOT NULL, handed_in_by text NOT NULL,
    CHECK (accepted + refused = row_count), UNIQUE (division, unit, sha256));
ALTER TABLE attestation_file ALTER COLUMN file_sealed SET STORAGE EXTERNAL;
CREATE INDEX ON attestation_file (division, id);
CREATE INDEX ON attestation_file (unit, id);
CREATE TABLE attestation_file_row (
    file_id uuid NOT NULL REFERENCES attestation_file, division text COLLATE "C" NOT NULL, unit text NOT NULL,
    "row" integer NOT NULL CHECK ("row" > 0), "column" text, code text, attestation_id uuid,
    PRIMARY KEY (file_id, "row"), CHECK (num_nulls(code, attestation_id) = 1), CHECK (num_nulls(code, "column") <> 1));
"""
# A department sees its own files, as it does its own attestations.
OF_TRADE = f"""
    ({IN_AREA.format(column="division")}) AND CASE WHEN current_setting('app.role', true) = 'department'
    THEN unit = nullif(current_setting('app.unit', true), '') ELSE true END
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("attestation_file", "attestation_file_row"):
        restrict("registry", table, OF_TRADE)
        for role in NAMES:
            narrow_to(table, role, "false")
    append_only("registry", "attestation_file", "attestation_file_row")
