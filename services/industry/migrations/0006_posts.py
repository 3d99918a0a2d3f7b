"""Posts, who holds them, on how many days of a month they were attended."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import IN_AREA, audit, restrict, restrict_by_area

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE post (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind IN ('public_welfare', 'pv', 'forest_guard', 'placement')),
    monthly_fen bigint NOT NULL CHECK (monthly_fen > 0), reserved_for_relocated boolean NOT NULL, employer_code text,
    created_on date NOT NULL, created_by text NOT NULL);
CREATE INDEX ON post (kind, division);

CREATE TABLE post_assignment (
    id uuid PRIMARY KEY, post_id uuid NOT NULL REFERENCES post, household_id uuid NOT NULL REFERENCES household,
    division text COLLATE "C" NOT NULL, starts_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'checked', 'assigned', 'refused', 'ended')),
    proposed_on date NOT NULL, proposed_by text NOT NULL, checked_on date, checked_by text,
    approved_on date, approved_by text, decision_id uuid NOT NULL REFERENCES decision,
    ended_on date, ended_reason text, version bigint NOT NULL DEFAULT 1,
    -- Three persons, whatever the code above says.
    CONSTRAINT post_checker_is_not_proposer CHECK (checked_by <> proposed_by),
    CONSTRAINT post_approver_is_not_proposer CHECK (approved_by <> proposed_by),
    CONSTRAINT post_approver_is_not_checker CHECK (approved_by <> checked_by),
    CHECK (state <> 'checked' OR checked_by IS NOT NULL),
    CHECK (state NOT IN ('assigned', 'ended') OR num_nulls(checked_by, approved_by) = 0),
    CHECK ((state = 'ended') = (ended_on IS NOT NULL)), CHECK (ended_on >= starts_on),
    CHECK ((state IN ('ended', 'refused')) = (ended_reason IS NOT NULL)));
-- No double posts: one household a post, one post a household.
CREATE UNIQUE INDEX post_one_a_household ON post_assignment (household_id)
    WHERE state IN ('proposed', 'checked', 'assigned');
CREATE UNIQUE INDEX post_one_household_each ON post_assignment (post_id)
    WHERE state IN ('proposed', 'checked', 'assigned');
CREATE INDEX ON post_assignment (household_id);

CREATE TABLE post_attendance (
    id uuid PRIMARY KEY, assignment_id uuid NOT NULL REFERENCES post_assignment, household_id uuid NOT NULL,
    division text COLLATE "C" NOT NULL, month_on date NOT NULL CHECK (extract(day FROM month_on) = 1),
    days integer NOT NULL CHECK (days BETWEEN 0 AND 31), recorded_on date NOT NULL, recorded_by text NOT NULL,
    UNIQUE (assignment_id, month_on));
CREATE INDEX ON post_attendance (month_on);
CREATE INDEX ON post_attendance (household_id);

-- Row-level security hides who holds a township's post in another village: the answer is yes or no.
CREATE FUNCTION posts_held(ids uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT post_id FROM post_assignment
    WHERE post_id = ANY(ids) AND state IN ('proposed', 'checked', 'assigned')
$$;
REVOKE ALL ON FUNCTION posts_held FROM PUBLIC;
GRANT EXECUTE ON FUNCTION posts_held TO industry_app, system;
"""
# A township's post is seen by its villages; written within the writer's own area only.
WITHIN = f"({IN_AREA.format(column='division')})"
COVERS = f"({WITHIN} OR starts_with(nullif(current_setting('app.area', true), ''), division))"


def upgrade() -> None:
    run(TABLES)
    restrict("industry", "post", COVERS, WITHIN)
    for table in ("post_assignment", "post_attendance"):
        restrict_by_area("industry", table)
    # Days that were counted stay counted; the row follows its household.
    run("REVOKE UPDATE, DELETE, TRUNCATE ON post_attendance FROM industry_app, system;"
        " GRANT UPDATE (division) ON post_attendance TO industry_app, system")  # fmt: skip
    audit("post", "post_assignment", "post_attendance")
