"""That two members are two people is said by one person and confirmed by another; what was asked before is not."""

from shared.data.ddl import run

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE duplicate ADD COLUMN confirmed_on date, ADD COLUMN confirmed_by text;
DO $$
DECLARE
    held record;
BEGIN
    FOR held IN SELECT conname FROM pg_constraint WHERE conrelid = 'duplicate'::regclass AND contype = 'c'
        AND (pg_get_constraintdef(oid) LIKE '%reason IS NOT NULL%' OR pg_get_constraintdef(oid) LIKE '%state = ANY%'
            OR pg_get_constraintdef(oid) LIKE '%reviewed_on IS NOT NULL%'
            OR pg_get_constraintdef(oid) LIKE '%due_on IS NOT NULL%') LOOP
        EXECUTE format('ALTER TABLE duplicate DROP CONSTRAINT %I', held.conname);
    END LOOP;
END $$;
ALTER TABLE duplicate
    ADD CONSTRAINT duplicate_state_check
        CHECK (state IN ('open', 'between', 'suspected', 'told_apart', 'different', 'ended')),
    ADD CHECK (reviewed_on IS NOT NULL OR state NOT IN ('suspected', 'told_apart', 'different')),
    -- What somebody said stays, also where another did not agree.
    ADD CHECK (reason IS NOT NULL OR state NOT IN ('told_apart', 'different')),
    ADD CHECK (reason IS NULL OR reviewed_on IS NOT NULL),
    ADD CHECK (due_on IS NOT NULL OR state NOT IN ('open', 'between', 'told_apart')),
    ADD CHECK (num_nulls(confirmed_on, confirmed_by) IN (0, 2)), ADD CHECK (confirmed_on >= reviewed_on),
    ADD CONSTRAINT duplicate_is_confirmed
        CHECK (procedure_version = 1 OR (confirmed_on IS NOT NULL) = (state = 'different')),
    ADD CONSTRAINT duplicate_is_told_apart_by_two CHECK (confirmed_by <> reviewed_by);
"""
# What waits is asked for by version too; whoever has left is looked for among all that wait.
INDEXES = """
DROP INDEX duplicate_id_idx;
DROP INDEX duplicate_state_division_due_on_id_idx;
DROP INDEX duplicate_state_due_on_id_idx;
CREATE INDEX ON duplicate (id) WHERE state IN ('open', 'between', 'told_apart');
CREATE INDEX ON duplicate (procedure_version, state, division, due_on, id)
    WHERE state IN ('open', 'between', 'told_apart');
CREATE INDEX ON duplicate (procedure_version, state, due_on, id) WHERE state IN ('open', 'between', 'told_apart');
"""


def upgrade() -> None:
    run(COLUMNS)
    run(INDEXES)
