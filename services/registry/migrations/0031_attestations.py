"""Departments attest facts of their trade; what a lighter word says otherwise is kept beside them."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import IN_AREA, audit, restrict
from shared.data.ddl.m0002 import append_only
from shared.data.ddl.m0006 import narrow, open_to_the_narrowed

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# Of people too a version says which of it its own report said; of what is there only a difference tells that.
COLUMNS = """
ALTER TABLE member_fact ADD COLUMN own text[] NOT NULL DEFAULT '{}';
SELECT set_config('app.subject', 'system:migration', true), set_config('app.role', 'system', true);
ALTER TABLE member_fact DISABLE TRIGGER told_update;
UPDATE member_fact f SET own = ARRAY(
    SELECT n.key FROM jsonb_each(to_jsonb(f)) AS n
    WHERE n.key NOT IN ('id', 'valid', 'known', 'weight', 'stated_as', 'own')
        AND n.value IS DISTINCT FROM to_jsonb(p) -> n.key ORDER BY 1)
FROM member_fact p
WHERE upper_inf(f.known) AND upper_inf(p.known) AND p.member_id = f.member_id AND upper(p.valid) = lower(f.valid);
ALTER TABLE member_fact ENABLE TRIGGER told_update;
-- By field of `own` the unit that answers for it.
ALTER TABLE household_fact ADD COLUMN attested jsonb NOT NULL DEFAULT '{}';
ALTER TABLE member_fact ADD COLUMN attested jsonb NOT NULL DEFAULT '{}';
"""
WEIGHTS = "'takeover', 'statement', 'visit', 'attestation', 'payment', 'match'"
TABLES = f"""
CREATE TABLE attestation (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, member_id uuid REFERENCES member,
    division text COLLATE "C" NOT NULL, unit text NOT NULL CHECK (unit <> ''),
    said jsonb NOT NULL CHECK (jsonb_typeof(said) = 'object' AND said <> '{{}}'), since date NOT NULL,
    document_no text NOT NULL, corrects uuid REFERENCES attestation, reason text,
    attested_on date NOT NULL, attested_by text NOT NULL,
    CHECK (since <= attested_on), CHECK ((corrects IS NULL) = (reason IS NULL)));
CREATE INDEX ON attestation (division, id);
CREATE INDEX ON attestation (household_id, id);
CREATE INDEX ON attestation (unit, id);
-- What was said and did not hold, or holds no longer, as a department had attested the field.
CREATE TABLE overruled_word (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, member_id uuid REFERENCES member,
    division text COLLATE "C" NOT NULL, unit text NOT NULL, field text NOT NULL, value jsonb NOT NULL,
    differs boolean NOT NULL, seen_on date NOT NULL, stated_by text NOT NULL, stated_as text,
    weight text NOT NULL CHECK (weight IN ({WEIGHTS})), told_on date NOT NULL, due_on date NOT NULL,
    answered_on date, attestation_id uuid REFERENCES attestation,
    CHECK (attestation_id IS NULL OR answered_on IS NOT NULL),
    -- The same that is told again is one word.
    UNIQUE NULLS NOT DISTINCT (household_id, member_id, field, seen_on, stated_by, value));
CREATE INDEX ON overruled_word (division, id);
CREATE INDEX ON overruled_word (household_id, id);
CREATE INDEX ON overruled_word (unit, id);
CREATE INDEX ON overruled_word (unit, due_on, id) WHERE differs AND answered_on IS NULL;
"""
# A department sees its own trade's. Of a CASE the planner expects half of the rows, of an OR next to none.
OF_TRADE = f"""
    ({IN_AREA.format(column="division")}) AND CASE WHEN current_setting('app.role', true) = 'department'
    THEN unit = nullif(current_setting('app.unit', true), '') ELSE true END
"""


def upgrade() -> None:
    run(COLUMNS)
    run(TABLES)
    for table in ("attestation", "overruled_word"):
        restrict("registry", table, OF_TRADE)
        narrow(table)
    append_only("registry", "attestation")
    open_to_the_narrowed("registry")
    run("REVOKE DELETE, TRUNCATE ON overruled_word FROM registry_app, system, helper, villager, entity")
    audit("attestation", "overruled_word")
