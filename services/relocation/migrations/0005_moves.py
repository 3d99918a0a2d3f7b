"""Reports of moves, with their evidence and what became of them."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE move_report (
    id uuid PRIMARY KEY, allocation_id uuid NOT NULL REFERENCES allocation, application_id uuid NOT NULL,
    division text COLLATE "C" NOT NULL, moved_in_on date NOT NULL,
    photo_sha256 text NOT NULL CHECK (photo_sha256 ~ '^[0-9a-f]{64}$'),
    power_kwh_x100 integer NOT NULL CHECK (power_kwh_x100 > 0),
    reported_on date NOT NULL, reported_by text NOT NULL,
    confirmed boolean, confirmed_on date, confirmed_by text,
    CONSTRAINT move_confirmer_is_not_reporter CHECK (confirmed_by <> reported_by),
    CHECK (num_nulls(confirmed, confirmed_on, confirmed_by) IN (0, 3)), CHECK (moved_in_on <= reported_on),
    FOREIGN KEY (application_id, division) REFERENCES relocation_application (id, division) ON UPDATE CASCADE);
CREATE UNIQUE INDEX move_one_open_report ON move_report (allocation_id) WHERE confirmed IS NULL;
CREATE INDEX ON move_report (allocation_id);
CREATE INDEX ON move_report (application_id);
CREATE INDEX ON move_report (division);
"""


def upgrade() -> None:
    run(TABLES)
    restrict_by_area("relocation", "move_report")
    run("REVOKE DELETE, TRUNCATE ON move_report FROM relocation_app, system")
    audit("move_report")
