"""What the national system is told, its list as it comes back, and every field that the two say otherwise."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area
from shared.data.ddl.m0006 import BOUND, NAMES, narrow_to, open_to_the_narrowed

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

OWNERS = """('village', 'township', 'county', 'education', 'health', 'civil_affairs', 'disabled_federation', 'housing',
        'water', 'human_resources')"""
TABLES = f"""
CREATE TABLE national_export (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    income_year integer NOT NULL, asked_on date NOT NULL, asked_by text NOT NULL,
    attempts integer NOT NULL CHECK (attempts >= 0), until_at timestamptz, covered tstzrange,
    households integer NOT NULL CHECK (households >= 0), people integer NOT NULL CHECK (people >= 0),
    sha256 text CHECK (sha256 ~ '^[0-9a-f]{{64}}$'), file_sealed bytea, shown uuid[],
    CHECK (num_nulls(covered, sha256, file_sealed, shown) = CASE state WHEN 'done' THEN 0 ELSE 4 END),
    CHECK (until_at IS NOT NULL OR state IN ('waiting', 'failed')),
    CHECK (upper(covered) = until_at), CHECK (cardinality(shown) = households),
    -- Nothing is told twice.
    CONSTRAINT national_export_tells_once EXCLUDE USING gist (division WITH =, covered WITH &&));
ALTER TABLE national_export ALTER COLUMN file_sealed SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX national_export_one_at_a_time ON national_export (division) WHERE state IN ('waiting', 'running');
CREATE INDEX ON national_export (division, id);
CREATE INDEX ON national_export (state, id);
CREATE INDEX ON national_export (state, division, id);
CREATE INDEX ON national_export (division, until_at) WHERE state = 'done';
CREATE TABLE national_list (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL,
    state text NOT NULL
        CHECK (state IN ('received', 'running', 'held', 'confirmed', 'done', 'rejected', 'failed')),
    income_year integer NOT NULL, listed_on date NOT NULL, business_date date NOT NULL, submitted_by text NOT NULL,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{{64}}$'), file_sealed bytea, read_sealed bytea,
    attempts integer NOT NULL CHECK (attempts >= 0), people integer NOT NULL CHECK (people >= 0),
    households integer NOT NULL CHECK (households >= 0), opened integer NOT NULL CHECK (opened >= 0),
    seen integer NOT NULL CHECK (seen >= 0), agreed integer NOT NULL CHECK (agreed >= 0), problem jsonb,
    held_in text, held_households integer CHECK (held_households > 0),
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    decided_on date, decided_by text,
    CHECK (listed_on <= business_date), CHECK ((problem IS NOT NULL) = (state = 'failed')),
    CHECK (num_nulls(held_in, held_households) IN (0, 2)), CHECK (held_in IS NOT NULL OR state <> 'held'),
    CHECK (num_nulls(decided_on, decided_by) IN (0, 2)), CHECK (decided_on >= business_date),
    CHECK (decided_on IS NOT NULL OR state NOT IN ('confirmed', 'rejected')),
    CHECK (due_on IS NOT NULL OR state <> 'held'),
    -- Its people's data goes when it has been compared or refused.
    CHECK (file_sealed IS NULL OR state NOT IN ('done', 'failed')),
    CHECK (read_sealed IS NULL OR file_sealed IS NOT NULL),
    CONSTRAINT national_list_is_confirmed_by_another CHECK (decided_by <> submitted_by));
ALTER TABLE national_list ALTER COLUMN file_sealed SET STORAGE EXTERNAL;
ALTER TABLE national_list ALTER COLUMN read_sealed SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX national_list_taken_once ON national_list (division, sha256, listed_on, income_year)
    WHERE state NOT IN ('rejected', 'failed');
CREATE INDEX ON national_list (division, id);
CREATE INDEX ON national_list (state, id);
CREATE INDEX ON national_list (state, division, id);
CREATE INDEX ON national_list (state, division, due_on, id) WHERE state = 'held';
CREATE INDEX ON national_list (state, due_on, id) WHERE state = 'held';
CREATE TABLE national_finding (
    list_id uuid NOT NULL REFERENCES national_list, division text COLLATE "C" NOT NULL,
    position integer NOT NULL CHECK (position > 0), "row" integer NOT NULL, household_no text NOT NULL,
    "column" text NOT NULL, kind text NOT NULL, code text NOT NULL, PRIMARY KEY (list_id, position));
CREATE TABLE national_difference (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL, household_id uuid REFERENCES household,
    household_no text NOT NULL, person text, person_mark bytea,
    field text NOT NULL CHECK (field IN ('household', 'person', 'village', 'natural_village', 'status', 'attribute',
        'main_cause', 'other_causes', 'registered_on', 'exited_year', 'deep_poverty', 'house_area_m2_x100',
        'house_grade', 'safe_water', 'electricity', 'wage', 'business', 'property', 'transfer', 'business_cost',
        'relocated', 'phone', 'account', 'name', 'sex', 'number', 'relation', 'ethnicity', 'education', 'school_status',
        'health', 'labour', 'work_place', 'work_months', 'medical_insured', 'pension_insured')),
    kind text NOT NULL CHECK (kind IN ('only_there', 'only_here', 'differs')),
    ours jsonb, theirs jsonb, ours_mark bytea NOT NULL, theirs_mark bytea NOT NULL,
    owner text NOT NULL CHECK (owner IN {OWNERS}),
    list_id uuid NOT NULL REFERENCES national_list, found_on date NOT NULL, listed_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'there', 'doubted', 'here', 'staying', 'kept', 'agreed')),
    cause text CHECK (cause IN ('not_exported', 'wrong_there', 'other_day', 'wrong_here', 'stays')), reason text,
    named_on date, named_by text, settled_on date, settled_by text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    -- Who or where somebody is stands in no difference.
    CONSTRAINT national_difference_tells_nobody CHECK (num_nonnulls(ours, theirs) = 0
        OR field NOT IN ('name', 'number', 'phone', 'account', 'natural_village', 'ethnicity')),
    CHECK ((field ~ '^(household|person)$') = (kind <> 'differs')),
    CHECK (num_nulls(named_on, named_by) IN (0, 2)), CHECK (num_nulls(settled_on, settled_by) IN (0, 2)),
    CHECK (cause IS NOT NULL OR state IN ('open', 'agreed')),
    CHECK (named_on IS NOT NULL OR state IN ('open', 'agreed') OR cause = 'not_exported'),
    CHECK (reason IS NOT NULL OR state NOT IN ('staying', 'kept')),
    CHECK (settled_on IS NOT NULL OR state NOT IN ('here', 'kept')),
    CHECK (due_on IS NOT NULL OR state NOT IN ('open', 'doubted', 'staying')),
    CONSTRAINT national_difference_is_settled_by_another CHECK (settled_by <> named_by));
CREATE INDEX ON national_difference (division, id);
CREATE INDEX ON national_difference (household_id, id);
CREATE INDEX ON national_difference (state, id);
CREATE INDEX ON national_difference (state, division, id);
CREATE INDEX ON national_difference (field, id);
CREATE INDEX ON national_difference (field, division, id);
CREATE INDEX ON national_difference (owner, id);
CREATE INDEX ON national_difference (owner, division, id);
CREATE INDEX ON national_difference (division) INCLUDE (field, owner, state);
CREATE INDEX ON national_difference (owner, division, due_on, id) WHERE state = 'open';
CREATE INDEX ON national_difference (owner, due_on, id) WHERE state = 'open';
CREATE INDEX ON national_difference ((settled_on + 30), id) WHERE state = 'here';
CREATE INDEX ON national_difference (state, division, due_on, id) WHERE state IN ('open', 'doubted', 'staying');
CREATE INDEX ON national_difference (state, due_on, id) WHERE state IN ('open', 'doubted', 'staying');
CREATE INDEX ON national_difference (owner, division, settled_on, id) WHERE state = 'here';
CREATE INDEX ON national_difference (owner, settled_on, id) WHERE state = 'here';
CREATE INDEX ON national_difference (id) WHERE state = 'here';
"""
# A moment at which nobody who writes facts is at work: whatever is known up to it can be seen, and whatever is yet to
# be known bears a later one. Null where somebody is; whoever comes waits until the asker's transaction ends.
SETTLED = """
CREATE FUNCTION facts_settled_at() RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
BEGIN
    LOCK TABLE household, household_fact, household_contact, member_fact, income_line IN SHARE MODE NOWAIT;
    RETURN clock_timestamp();
EXCEPTION WHEN lock_not_available THEN
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION facts_settled_at FROM PUBLIC;
GRANT EXECUTE ON FUNCTION facts_settled_at TO registry_app, system;
"""
# A file with names and numbers is one look at all who stand in it, as a list is.
LOOKS = """
ALTER TABLE disclosure DROP CONSTRAINT disclosure_kind_check, DROP CONSTRAINT disclosure_check,
    DROP CONSTRAINT disclosure_of_a_list,
    ADD CONSTRAINT disclosure_kind_check
        CHECK (kind IN ('loan', 'payout', 'survey', 'searched', 'found', 'opened', 'listed', 'exported')),
    ADD CONSTRAINT disclosure_check CHECK ((household_id IS NULL) = (kind IN ('searched', 'listed', 'exported'))),
    ADD CONSTRAINT disclosure_of_a_list CHECK ((kind IN ('listed', 'exported')) = (division IS NOT NULL)
        AND (shown IS NULL OR kind IN ('listed', 'exported') AND cardinality(shown) = households));
DROP INDEX disclosure_shown;
CREATE INDEX disclosure_shown ON disclosure USING gin (shown) WHERE kind IN ('listed', 'exported');
ALTER POLICY {name} ON disclosure USING (household_id = ANY (ARRAY({mine}))
    OR kind IN ('listed', 'exported') AND shown && ARRAY({mine}));
CREATE OR REPLACE FUNCTION lists_with(home uuid) RETURNS SETOF disclosure
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT d.* FROM disclosure d WHERE d.kind IN ('listed', 'exported') AND d.shown @> ARRAY[home] AND (
        current_setting('app.role', true) IN ('county', 'auditor')
        OR current_setting('app.role', true) = 'villager' AND home IN ({mine}))
$$;
"""


def upgrade() -> None:
    run(TABLES)
    run(SETTLED)
    run(LOOKS.format(name=NAMES["villager"], mine=BOUND["villager"].strip()))
    tables = ("national_export", "national_list", "national_finding", "national_difference")
    for table in tables:
        restrict_by_area("registry", table)
        # Whoever helps a household, or lives in it, has no part in what two registers say.
        for role in NAMES:
            narrow_to(table, role, "false")
    open_to_the_narrowed("registry")
    listed = "national_export, national_list, national_difference"
    run(f"REVOKE DELETE, TRUNCATE ON {listed} FROM registry_app, system, helper, villager, entity")
    # Who asked for an export, and who handed a list in, stands in its row; a file is kept in no other place.
    audit("national_difference")
