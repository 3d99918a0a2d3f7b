"""Whole townships leave poverty by a case of their own; the exit of a village or a township can be taken back."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0006 import NAMES, narrow_to, open_to_the_narrowed

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

# What was announced stays said, also of an exit that was taken back.
VILLAGES = """
DO $$
DECLARE held record;
BEGIN
    FOR held IN SELECT conname FROM pg_constraint WHERE conrelid = 'village_exit'::regclass AND contype = 'c'
        AND (pg_get_constraintdef(oid) LIKE '%ARRAY[''proposed''::text, ''noticed''::text, ''approved''::text,%'
            OR pg_get_constraintdef(oid) LIKE '%num_nulls(announced_on, announced_by)%') LOOP
        EXECUTE format('ALTER TABLE village_exit DROP CONSTRAINT %I', held.conname);
    END LOOP;
END $$;
ALTER TABLE village_exit ADD CONSTRAINT village_exit_state_check
    CHECK (state IN ('proposed', 'noticed', 'approved', 'announced', 'refused', 'revoked'));
ALTER TABLE village_exit ADD CONSTRAINT village_exit_announced_check CHECK (
    num_nulls(announced_on, announced_by) = CASE WHEN state IN ('announced', 'revoked') THEN 0 ELSE 2 END);
DROP INDEX village_exit_division_idx;
-- A refused village may be proposed again, and one whose exit was taken back; one on its way, or out, may not.
CREATE UNIQUE INDEX village_exit_division_idx ON village_exit (division) WHERE state NOT IN ('refused', 'revoked');
"""
TOWNSHIPS = """
CREATE TABLE township_exit (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL CHECK (division ~ '^[0-9]{9}$'),
    state text NOT NULL CHECK (state IN ('proposed', 'noticed', 'approved', 'announced', 'refused', 'revoked')),
    proposed_on date NOT NULL, proposed_by text NOT NULL,
    noticed_on date, noticed_by text, notice_ends_on date,
    decided_on date, decided_by text, decision_id uuid, poor_people integer, rural_people integer,
    announced_on date, announced_by text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CONSTRAINT township_exit_decider_is_another CHECK (decided_by <> proposed_by AND decided_by <> noticed_by),
    CONSTRAINT township_exit_announcer_is_another CHECK (announced_by <> decided_by),
    CHECK (notice_ends_on > noticed_on), CHECK (decided_on >= notice_ends_on), CHECK (announced_on >= decided_on),
    CHECK (num_nulls(noticed_on, noticed_by, notice_ends_on) = CASE WHEN state = 'proposed' THEN 3 ELSE 0 END),
    CHECK (num_nulls(decided_on, decided_by, decision_id, poor_people, rural_people)
        = CASE WHEN state IN ('proposed', 'noticed') THEN 5 ELSE 0 END),
    CHECK (num_nulls(announced_on, announced_by) = CASE WHEN state IN ('announced', 'revoked') THEN 0 ELSE 2 END),
    CHECK (due_on IS NOT NULL OR state NOT IN ('proposed', 'noticed', 'approved')));
CREATE UNIQUE INDEX township_exit_once ON township_exit (division) WHERE state NOT IN ('refused', 'revoked');
CREATE INDEX ON township_exit (division, id);
CREATE INDEX ON township_exit (state, division, due_on, id) WHERE state IN ('proposed', 'noticed', 'approved');
CREATE INDEX ON township_exit (state, due_on, id) WHERE state IN ('proposed', 'noticed', 'approved');
"""
REVOCATIONS = """
CREATE TABLE {place}_revocation (
    id uuid PRIMARY KEY, exit_id uuid NOT NULL REFERENCES {place}_exit, division text COLLATE "C" NOT NULL,
    reason text NOT NULL CHECK (reason IN ('cross_check', 'appeal', 'audit', 'fraud')), evidence text NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'rejected')),
    proposed_on date NOT NULL, proposed_by text NOT NULL, decided_on date, decided_by text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CONSTRAINT {place}_revocation_decider_is_not_proposer CHECK (decided_by <> proposed_by),
    CHECK (decided_on >= proposed_on), CHECK (due_on IS NOT NULL OR state <> 'proposed'),
    CHECK (num_nulls(decided_on, decided_by) = CASE WHEN state = 'proposed' THEN 2 ELSE 0 END));
CREATE UNIQUE INDEX {place}_revocation_once ON {place}_revocation (exit_id) WHERE state = 'proposed';
CREATE INDEX ON {place}_revocation (exit_id);
CREATE INDEX ON {place}_revocation (division, id);
CREATE INDEX ON {place}_revocation (state, id);
CREATE INDEX ON {place}_revocation (state, division, id);
CREATE INDEX ON {place}_revocation (state, division, due_on, id) WHERE state = 'proposed';
CREATE INDEX ON {place}_revocation (state, due_on, id) WHERE state = 'proposed';
"""


def upgrade() -> None:
    run(VILLAGES)
    run(TOWNSHIPS)
    for place in ("village", "township"):
        run(REVOCATIONS.format(place=place))
    new = ("township_exit", "village_revocation", "township_revocation")
    for table in new:
        restrict_by_area("registry", table)
        # Nothing of it is a household's.
        for role in NAMES:
            narrow_to(table, role, "false")
    open_to_the_narrowed("registry")
    run(f"REVOKE DELETE, TRUNCATE ON {', '.join(new)} FROM registry_app, system, helper, villager, entity")
    audit(*new)
