"""Certificates and posts are led by the shared engine; a post stands still when somebody of its household died."""

from shared.data.ddl import run
from shared.data.ddl.m0003 import create_case_step_table, make_cases

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# `held_on`: the last day that counts before the post stood still, `resumed_on` the first one that counts again.
HOLDS = """
ALTER TABLE post_assignment ADD COLUMN held_on date CHECK (held_on >= starts_on);
ALTER TABLE post_assignment ADD COLUMN resumed_on date CHECK (resumed_on >= starts_on);
ALTER TABLE post_assignment DROP CONSTRAINT post_assignment_state_check, DROP CONSTRAINT post_assignment_check4;
ALTER TABLE post_assignment
    ADD CHECK (state IN ('proposed', 'checked', 'assigned', 'held', 'ended', 'refused')),
    ADD CHECK ((ended_reason IS NOT NULL) = (state IN ('ended', 'refused'))),
    ADD CHECK (state <> 'held' OR num_nulls(checked_by, approved_by, held_on) = 0);
DROP INDEX post_one_a_household;
DROP INDEX post_one_household_each;
CREATE UNIQUE INDEX post_one_a_household ON post_assignment (household_id)
    WHERE state IN ('proposed', 'checked', 'assigned', 'held');
CREATE UNIQUE INDEX post_one_household_each ON post_assignment (post_id)
    WHERE state IN ('proposed', 'checked', 'assigned', 'held');
CREATE OR REPLACE FUNCTION posts_held(ids uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT post_id FROM post_assignment
    WHERE post_id = ANY(ids) AND state IN ('proposed', 'checked', 'assigned', 'held')
$$;
"""

# What lists ask for.
INDEXES = """
CREATE INDEX ON dividend_due (household_id);
CREATE INDEX ON dividend_agreement (division, id);
CREATE INDEX ON post (division, id);
CREATE INDEX ON post_assignment (division, id);
CREATE INDEX ON post_assignment (state, id);
"""


def upgrade() -> None:
    create_case_step_table("industry", bank=True)
    make_cases("training_certificate", "coalesce(accepted_on, recorded_on)", ("recorded",))
    last = "coalesce(ended_on, approved_on, checked_on, proposed_on)"
    make_cases("post_assignment", last, ("proposed", "checked", "held"))
    run(HOLDS)
    run(INDEXES)
