"""Households apply to be registered; who they are lies sealed, and goes when the application has ended."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, audit, restrict, restrict_by_area
from shared.data.ddl.m0006 import BOUND, NAMES, narrow_to, open_to_the_narrowed

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OPEN = "('applied', 'visited', 'reviewed', 'checked', 'noticed', 'township_checked', 'noticed_again', 'compared')"
TABLES = f"""
CREATE TABLE identification (
    id uuid PRIMARY KEY, household_id uuid UNIQUE REFERENCES household, division text COLLATE "C" NOT NULL,
    income_year integer NOT NULL, people integer NOT NULL CHECK (people > 0),
    state text NOT NULL CHECK (state IN ('applied', 'visited', 'reviewed', 'checked', 'noticed', 'township_checked',
        'noticed_again', 'compared', 'entered', 'refused')),
    content_digest bytea NOT NULL, applied_on date NOT NULL, applied_by text NOT NULL, seen jsonb, visited_by text,
    reviewed_by text, checked_by text, notice_posted_on date, notice_ends_on date, township_checked_by text,
    second_notice_posted_on date, second_notice_ends_on date, compared_by text,
    decision_id uuid REFERENCES decision, household_no text, entered_by text, ended_code text,
    version bigint NOT NULL DEFAULT 1, procedure_version integer NOT NULL CHECK (procedure_version >= 1),
    since_on date NOT NULL, due_on date, case_round_id uuid REFERENCES case_round,
    -- Maker and checker are different persons, whatever the code above says.
    CONSTRAINT identification_visit_is_by_another CHECK (visited_by <> applied_by),
    CONSTRAINT identification_vote_is_by_another CHECK (reviewed_by <> applied_by),
    CONSTRAINT identification_check_is_by_another CHECK (
        checked_by <> applied_by AND checked_by <> visited_by AND checked_by <> reviewed_by),
    CONSTRAINT identification_township_is_another CHECK (
        township_checked_by <> applied_by AND township_checked_by <> visited_by AND township_checked_by <> reviewed_by
        AND township_checked_by <> checked_by),
    CONSTRAINT identification_county_is_another CHECK (
        compared_by <> applied_by AND compared_by <> visited_by AND compared_by <> reviewed_by
        AND compared_by <> checked_by AND compared_by <> township_checked_by),
    CONSTRAINT identification_entry_is_by_another CHECK (entered_by <> compared_by),
    CHECK (due_on IS NOT NULL OR state NOT IN {OPEN}),
    CHECK (state <> 'refused' OR ended_code IS NOT NULL),
    CHECK (num_nulls(household_id, household_no) = CASE state WHEN 'entered' THEN 0 ELSE 2 END),
    CHECK (state <> 'entered' OR entered_by IS NOT NULL),
    CHECK (state NOT IN ('compared', 'entered') OR decision_id IS NOT NULL));
CREATE INDEX ON identification (division, id);
CREATE INDEX ON identification (state, id);
CREATE INDEX ON identification (state, division, id);
CREATE INDEX ON identification (applied_by, id);
CREATE INDEX ON identification (visited_by) WHERE visited_by IS NOT NULL;
CREATE INDEX ON identification (case_round_id) WHERE case_round_id IS NOT NULL;
CREATE INDEX ON identification (state, division, due_on, id) WHERE state IN {OPEN};
CREATE INDEX ON identification (state, due_on, id) WHERE state IN {OPEN};

CREATE TABLE identification_application (
    identification_id uuid PRIMARY KEY REFERENCES identification, division text COLLATE "C" NOT NULL,
    sealed bytea NOT NULL);
-- Sealed bytes do not compress.
ALTER TABLE identification_application ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- The primary key is what keeps a person out of two open applications.
CREATE TABLE identification_person (
    key_id text NOT NULL, digest bytea NOT NULL, identification_id uuid NOT NULL REFERENCES identification,
    PRIMARY KEY (key_id, digest));
CREATE INDEX ON identification_person (identification_id);

CREATE TABLE identification_doubt (
    id uuid PRIMARY KEY, identification_id uuid NOT NULL REFERENCES identification,
    division text COLLATE "C" NOT NULL, kind text NOT NULL CHECK (kind IN ('objection', 'suspicion')),
    reason text NOT NULL, evidence text NOT NULL, raised_on date NOT NULL, raised_by text NOT NULL,
    resolved_on date, resolved_by text, upheld boolean, proof text,
    CONSTRAINT identification_resolver_did_not_raise CHECK (resolved_by <> raised_by),
    CHECK (num_nulls(resolved_on, resolved_by, upheld, proof) IN (0, 4)),
    CHECK (CASE kind
        WHEN 'objection' THEN reason IN ('income', 'house', 'assets', 'procedure', 'other')
        ELSE reason IN ('EX1', 'EX2', 'EX3', 'EX4', 'EX5', 'EX6', 'EX7', 'EX8', 'EX9', 'EX10') END));
CREATE INDEX ON identification_doubt (identification_id);
CREATE INDEX ON identification_doubt (kind, division, raised_on, id) WHERE resolved_on IS NULL;
CREATE INDEX ON identification_doubt (kind, raised_on, id) WHERE resolved_on IS NULL;
"""
# However a case ends, it keeps nobody's data.
FORGET = """
CREATE FUNCTION forget_applicants() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
BEGIN
    DELETE FROM identification_application WHERE identification_id = NEW.id;
    DELETE FROM identification_person WHERE identification_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER forgotten AFTER UPDATE OF state ON identification FOR EACH ROW
    WHEN (NEW.state IN ('entered', 'refused')) EXECUTE FUNCTION forget_applicants();
"""
SELF = "nullif(current_setting('app.subject', true), '')"
# A helper goes to whoever applied, and follows those whom he has been with; a villager follows his own, and may object
# to what is on notice.
SEES = {
    "helper": f"state = 'applied' OR applied_by = {SELF} OR visited_by = {SELF}",
    "villager": f"applied_by = {SELF} OR state IN ('noticed', 'noticed_again')",
}
OF_SEEN = "EXISTS (SELECT FROM identification i WHERE i.id = identification_id{})"
KEEPS = {"helper": OF_SEEN.format(""), "villager": OF_SEEN.format(f" AND i.applied_by = {SELF}")}
# Why an application was refused is told to whom it concerns.
DECIDED = """
ALTER POLICY {policy} ON decision USING (subject_id = ANY (ARRAY(
    SELECT household_id::text FROM ({bound}) b
    UNION ALL SELECT id::text FROM identification WHERE applied_by = {me}{also})))
"""


def upgrade() -> None:
    run(TABLES)
    run(FORGET)
    for table in ("identification", "identification_application", "identification_doubt"):
        restrict_by_area("registry", table)
    restrict("registry", "identification_person", HAS_CONTEXT)
    audit("identification", "identification_doubt")
    open_to_the_narrowed("registry")
    for role in ("helper", "villager"):
        narrow_to("identification", role, SEES[role])
        narrow_to("identification_application", role, KEEPS[role])
        narrow_to("identification_doubt", role, OF_SEEN.format(""))
    for table in ("identification", "identification_application", "identification_doubt"):
        narrow_to(table, "entity", "false")
    for role, also in (("helper", f" OR visited_by = {SELF}"), ("villager", "")):
        run(DECIDED.format(policy=NAMES[role], bound=BOUND[role], me=SELF, also=also))
