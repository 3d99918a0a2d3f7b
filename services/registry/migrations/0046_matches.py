"""Lists of other registers, kept with what became of each row; what touches too much waits for a second person."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0002 import append_only
from shared.data.ddl.m0006 import NAMES, narrow_to, open_to_the_narrowed

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE match_file (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind IN ('payroll', 'cadres', 'vehicles', 'houses', 'companies', 'large_growers',
        'deaths', 'prison')),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'), headings jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('taken', 'held', 'confirmed', 'rejected')),
    row_count integer NOT NULL CHECK (row_count > 0), raised integer NOT NULL CHECK (raised >= 0),
    known integer NOT NULL CHECK (known >= 0), unmatched integer NOT NULL CHECK (unmatched >= 0),
    refused integer NOT NULL CHECK (refused >= 0), waiting integer NOT NULL CHECK (waiting >= 0),
    held_in text, held_households integer CHECK (held_households > 0),
    handed_in_on date NOT NULL, handed_in_by text NOT NULL, decided_on date, decided_by text, ended_code text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (raised + known + unmatched + refused + waiting = row_count),
    CHECK (num_nulls(held_in, held_households) IN (0, 2)), CHECK ((held_in IS NULL) = (state = 'taken')),
    CHECK (num_nulls(decided_on, decided_by) IN (0, 2)), CHECK (decided_on >= handed_in_on),
    CHECK ((decided_on IS NOT NULL) = (state = 'confirmed' OR state = 'rejected')),
    CHECK ((ended_code IS NOT NULL) = (state = 'rejected')), CHECK (due_on IS NOT NULL OR state <> 'held'),
    -- What is held has raised nothing, and nothing of it waits once it was raised.
    CHECK (raised = 0 OR state NOT IN ('held', 'rejected')), CHECK (waiting = 0 OR state IN ('held', 'rejected')),
    CONSTRAINT match_file_is_confirmed_by_another CHECK (decided_by <> handed_in_by),
    UNIQUE (division, kind, sha256, headings));
CREATE INDEX ON match_file (division, id);
CREATE INDEX ON match_file (state, id);
CREATE INDEX ON match_file (state, division, id);
CREATE INDEX ON match_file (kind, id);
CREATE INDEX ON match_file (kind, division, id);
CREATE INDEX ON match_file (state, division, due_on, id) WHERE state = 'held';
CREATE INDEX ON match_file (state, due_on, id) WHERE state = 'held';
CREATE TABLE match_file_content (
    file_id uuid PRIMARY KEY REFERENCES match_file, division text COLLATE "C" NOT NULL, file_sealed bytea NOT NULL);
ALTER TABLE match_file_content ALTER COLUMN file_sealed SET STORAGE EXTERNAL;
CREATE TABLE match_row (
    file_id uuid NOT NULL REFERENCES match_file, division text COLLATE "C" NOT NULL,
    "row" integer NOT NULL CHECK ("row" > 0), fate text NOT NULL CHECK (fate IN ('raised', 'known', 'refused')),
    "column" text, code text, since date, suspicion_id uuid, doubt_id uuid, PRIMARY KEY (file_id, "row"),
    CHECK ((code IS NOT NULL) = (fate = 'refused')), CHECK ("column" IS NULL OR fate = 'refused'),
    CHECK (num_nonnulls(suspicion_id, doubt_id) <= CASE fate WHEN 'refused' THEN 0 ELSE 1 END),
    CHECK (num_nonnulls(suspicion_id, doubt_id) = 1 OR fate <> 'raised'));
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("match_file", "match_file_content", "match_row"):
        restrict_by_area("registry", table)
        for role in NAMES:
            narrow_to(table, role, "false")
    append_only("registry", "match_file_content", "match_row")
    run("REVOKE DELETE, TRUNCATE ON match_file FROM registry_app, system")
    open_to_the_narrowed("registry")
    audit("match_file")
