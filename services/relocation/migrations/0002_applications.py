"""Applications to move: one a household, ever, unless it ended without a move; and the steps they took."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# `members` are counted at the application, again at the agreement, and for good at the allocation's snapshot.
# What belongs to an application refers to its id and division, so that all of it follows a household that moves on.
TABLES = """
CREATE TABLE relocation_application (
    id uuid PRIMARY KEY, household_id uuid NOT NULL, division text COLLATE "C" NOT NULL, cohort integer NOT NULL,
    state text NOT NULL CHECK (state IN ('applied', 'verified', 'noticed', 'agreed', 'allocated', 'key_handed',
        'moved_in', 'refused', 'withdrawn', 'struck', 'deceased')),
    members integer NOT NULL CHECK (members >= 0), missing jsonb NOT NULL, decision_id uuid NOT NULL,
    applied_on date NOT NULL, applied_by text NOT NULL, verified_by text, notice_posted_on date, notice_ends_on date,
    agreed_on date, moved_in_on date, ended_on date, ended_code text, version bigint NOT NULL DEFAULT 1,
    UNIQUE (id, division),
    -- Maker and checker are different persons, whatever the code above says.
    CONSTRAINT application_verifier_is_not_applicant CHECK (verified_by <> applied_by),
    CHECK ((state IN ('refused', 'withdrawn', 'struck', 'deceased')) = (ended_on IS NOT NULL)),
    CHECK (state NOT IN ('agreed', 'allocated', 'key_handed', 'moved_in') OR agreed_on IS NOT NULL),
    CHECK ((state = 'moved_in') = (moved_in_on IS NOT NULL)));
-- Who has moved in keeps the place: a second home is never applied for.
CREATE UNIQUE INDEX application_one_home ON relocation_application (household_id)
    WHERE state NOT IN ('refused', 'withdrawn', 'struck', 'deceased');
CREATE INDEX ON relocation_application (household_id);
CREATE INDEX ON relocation_application (cohort, state);
CREATE INDEX ON relocation_application (division);

CREATE TABLE application_step (
    id uuid PRIMARY KEY DEFAULT uuidv7(), application_id uuid NOT NULL REFERENCES relocation_application,
    division text COLLATE "C" NOT NULL, step text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('passed', 'failed')),
    acted_on date NOT NULL, acted_by text NOT NULL, role text NOT NULL, detail jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX ON application_step (application_id);

-- Row-level security may hide an application made under another village: the county-wide answer is yes or no.
CREATE FUNCTION households_with_application(ids uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT household_id FROM relocation_application
    WHERE household_id = ANY(ids) AND state NOT IN ('refused', 'withdrawn', 'struck', 'deceased')
$$;
REVOKE ALL ON FUNCTION households_with_application FROM PUBLIC;
GRANT EXECUTE ON FUNCTION households_with_application TO relocation_app, system;
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("relocation_application", "application_step"):
        restrict_by_area("relocation", table)
    # A step that was taken stays taken, by whom and when it was.
    run("REVOKE UPDATE, DELETE, TRUNCATE ON application_step FROM relocation_app, system")
    audit("relocation_application", "application_step")
