"""A household's version rises with every fact of it, whoever tells it; an edit says which one it goes by."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, restrict
from shared.data.ddl.m0006 import narrow, open_to_the_narrowed

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

FACTS = ("household", "household_fact", "household_contact", "member_fact", "income_line")

# Its own table: a household's row is wide and audited, and what changed it is in the audit already.
VERSIONS = """
CREATE TABLE household_version (
    household_id uuid PRIMARY KEY, version bigint NOT NULL, changed_by text NOT NULL, own_since bigint NOT NULL,
    CHECK (own_since <= version));
INSERT INTO household_version SELECT id, version, '', version FROM household;
ALTER TABLE household DROP COLUMN version;
"""
# Once a transaction, in the order of ids, so that two of them never wait for one another in a circle.
RISE = """
CREATE FUNCTION household_was_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE ids uuid[];
BEGIN
    IF TG_TABLE_NAME = 'household' THEN
        ids := ARRAY(SELECT id FROM new_rows ORDER BY id);
    ELSE
        ids := ARRAY(SELECT DISTINCT household_id FROM new_rows ORDER BY household_id);
    END IF;
    INSERT INTO household_version AS v
    SELECT i, 1, current_setting('app.subject', true), 0 FROM unnest(ids) AS i
    ON CONFLICT (household_id) DO UPDATE
    SET version = v.version + 1, changed_by = excluded.changed_by,
        own_since = CASE WHEN v.changed_by = excluded.changed_by THEN v.own_since ELSE v.version END
    WHERE v.xmin <> pg_current_xact_id()::xid;
    RETURN NULL;
END $$;
"""
TOLD = """
CREATE TRIGGER told_{event} AFTER {event} ON {table} REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION household_was_told();
"""


def upgrade() -> None:
    run(VERSIONS)
    run(RISE)
    for table in FACTS:
        for event in ("insert", "update"):
            run(TOLD.format(table=table, event=event))
    restrict("registry", "household_version", HAS_CONTEXT)
    narrow("household_version")
    open_to_the_narrowed("registry")
    # A trigger alone writes it.
    run("REVOKE INSERT, UPDATE, DELETE ON household_version FROM registry_app, system, helper, villager, entity")
