"""What was confirmed by mistake of departures and removals is taken back, or its day put right, by two persons."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE reversal (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, departure_id uuid REFERENCES departure,
    removal_id uuid REFERENCES removal, division text COLLATE "C" NOT NULL, right_on date,
    evidence text NOT NULL CHECK (evidence <> ''),
    state text NOT NULL CHECK (state IN ('departure_doubted', 'removal_doubted', 'confirmed', 'rejected')),
    proposed_on date NOT NULL, proposed_by text NOT NULL, decided_on date, decided_by text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (num_nulls(departure_id, removal_id) = 1), CHECK (right_on IS NULL OR departure_id IS NOT NULL),
    CHECK (right_on <= proposed_on), CHECK (decided_on >= proposed_on),
    CHECK (state <> 'departure_doubted' OR departure_id IS NOT NULL),
    CHECK (state <> 'removal_doubted' OR removal_id IS NOT NULL),
    CHECK (due_on IS NOT NULL OR state NOT IN ('departure_doubted', 'removal_doubted')),
    CONSTRAINT reversal_decider_is_not_proposer CHECK (decided_by <> proposed_by),
    CHECK (num_nulls(decided_on, decided_by) =
        CASE WHEN state IN ('departure_doubted', 'removal_doubted') THEN 2 ELSE 0 END));
CREATE UNIQUE INDEX reversal_one_open ON reversal ((coalesce(departure_id, removal_id)))
    WHERE state IN ('departure_doubted', 'removal_doubted');
CREATE INDEX ON reversal (division, id);
CREATE INDEX ON reversal (household_id, id);
CREATE INDEX ON reversal (state, id);
CREATE INDEX ON reversal (state, division, id);
CREATE INDEX ON reversal (state, division, due_on, id) WHERE state IN ('departure_doubted', 'removal_doubted');
CREATE INDEX ON reversal (state, due_on, id) WHERE state IN ('departure_doubted', 'removal_doubted');

-- What was taken back is over: it may be reported again. The right day may lie after the first report.
ALTER TABLE departure DROP CONSTRAINT departure_state_check, DROP CONSTRAINT departure_check,
    ADD CONSTRAINT departure_state_check CHECK (state IN ('reported', 'confirmed', 'rejected', 'taken_back')),
    ADD CONSTRAINT departure_left_on_check CHECK (left_on <= greatest(reported_on, since_on));
DROP INDEX departure_once;
CREATE UNIQUE INDEX departure_once ON departure (member_id) WHERE state NOT IN ('rejected', 'taken_back');
ALTER TABLE removal DROP CONSTRAINT removal_state_check,
    ADD CONSTRAINT removal_state_check CHECK (state IN ('proposed', 'confirmed', 'rejected', 'taken_back'));
DROP INDEX removal_once;
CREATE UNIQUE INDEX removal_once ON removal (household_id) WHERE state NOT IN ('rejected', 'taken_back');

-- How a household stood when it was struck: so it stands again where that was a mistake.
ALTER TABLE household ADD COLUMN status_before text CHECK (status_before IN ('poor', 'exited', 'returned')),
    ADD COLUMN year_before integer;
SELECT set_config('app.subject', 'system:migration', true), set_config('app.role', 'system', true);
UPDATE household h SET status_before = a.before ->> 'status', year_before = (a.before ->> 'exited_year')::int
FROM (SELECT DISTINCT ON (after ->> 'id') before, after FROM audit WHERE relation = 'household'
      AND operation = 'UPDATE' AND after ->> 'status' = 'removed' AND before ->> 'status' <> 'removed'
      ORDER BY after ->> 'id', id DESC) a
WHERE h.id = (a.after ->> 'id')::uuid AND h.status = 'removed';
"""


def upgrade() -> None:
    run(TABLES)
    restrict_by_area("registry", "reversal")
    audit("reversal")
