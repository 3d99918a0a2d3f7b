"""For which purposes who may learn of whom, who looked at a household, and how names are read aloud."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, IN_AREA, OF_BANK, restrict
from shared.data.ddl.m0006 import narrow, open_to_the_narrowed

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

OWN = "subject = nullif(current_setting('app.subject', true), '')"
# Of the villager's own household, as `narrow` says.
LOOKS = "current_setting('app.role', true) IN ('county', 'auditor', 'villager')"
HELD = f"role = current_setting('app.role', true) AND (bank IS NULL OR {OF_BANK})"

TABLES = """
-- No foreign key: another service's facts may be there before the household is.
CREATE TABLE purpose (
    kind text NOT NULL CHECK (kind IN ('loan', 'payout', 'survey')), case_id uuid NOT NULL, household_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('bank', 'surveyor')), bank text, person text,
    days daterange NOT NULL CHECK (NOT lower_inf(days)),
    PRIMARY KEY (kind, case_id, household_id), CHECK ((role = 'bank') = (bank IS NOT NULL)));

CREATE TABLE disclosure (
    id uuid PRIMARY KEY DEFAULT uuidv7(), subject text NOT NULL CHECK (subject <> ''), role text NOT NULL, bank text,
    kind text NOT NULL CHECK (kind IN ('loan', 'payout', 'survey', 'searched', 'found', 'opened')),
    case_id uuid, household_id uuid, fields text NOT NULL, reason text NOT NULL, households integer NOT NULL,
    asked_on date NOT NULL, correlation_id uuid NOT NULL, asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((kind = 'searched') = (household_id IS NULL)), CHECK (case_id IS NULL OR reason = ''));
CREATE INDEX ON disclosure (household_id, id);
CREATE INDEX ON disclosure (subject, id);
CREATE INDEX ON disclosure (subject, asked_at);
CREATE INDEX ON resolution (household_id, id);
CREATE INDEX ON resolution (subject, id);
CREATE INDEX ON member_fact (name) WHERE upper_inf(known);
"""
# A bank has no area, so that row-level security shows it no person: this names whom its own purposes are about, and
# nobody else. A borrower stays the borrower, also where he has left the household.
FUNCTION = """
CREATE FUNCTION purpose_people(kinds text[], case_ids uuid[], ids uuid[], day date)
RETURNS TABLE (kind text, case_id uuid, household_id uuid, address text, member_id uuid, name text,
    id_number_sealed bytea, phone_sealed bytea, account_sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT p.kind, p.case_id, p.household_id, (
            SELECT coalesce(string_agg(d.name_zh, '' ORDER BY d.code), '') FROM division d
            WHERE d.code IN (left(h.division, 9), h.division) AND d.valid @> day) || coalesce(v.natural_village, ''),
        f.member_id, f.name, f.id_number_sealed, c.phone_sealed, c.account_sealed
    FROM unnest(kinds, case_ids, ids) AS u (kind, case_id, household_id)
    JOIN purpose p USING (kind, case_id, household_id) JOIN household h ON h.id = p.household_id
    LEFT JOIN household_contact c ON c.household_id = h.id
    LEFT JOIN household_fact v ON v.household_id = h.id AND upper_inf(v.known) AND v.valid @> day
    JOIN LATERAL (
        SELECT x.member_id, x.name, m.id_number_sealed FROM member_fact x JOIN member m ON m.id = x.member_id
        WHERE x.household_id = h.id AND upper_inf(x.known) AND NOT isempty(x.valid) AND lower(x.valid) <= day
            AND CASE WHEN p.person IS NULL THEN x.relation = 'head' ELSE m.reference = p.person END
        ORDER BY lower(x.valid) DESC LIMIT 1) f ON true
    WHERE p.role = current_setting('app.role', true) AND p.days @> day
        AND (p.{of_bank} OR p.bank IS NULL AND {in_area})
$$;
REVOKE ALL ON FUNCTION purpose_people FROM PUBLIC;
GRANT EXECUTE ON FUNCTION purpose_people TO registry_app, system;
"""
# What a name may sound like takes a dictionary to say: whoever writes a name leaves it here, and a worker reads it.
NAMES = """
CREATE TABLE name_reading (
    name text NOT NULL, reading text NOT NULL CHECK (reading ~ '^[a-z]+$'), PRIMARY KEY (reading, name));
CREATE TABLE unread_name (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
INSERT INTO unread_name (name) SELECT DISTINCT name FROM member_fact;
CREATE FUNCTION name_was_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO unread_name (name) SELECT DISTINCT name FROM new_rows;
    RETURN NULL;
END $$;
CREATE TRIGGER named AFTER INSERT ON member_fact REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION name_was_written();
"""


def upgrade() -> None:
    run(TABLES)
    run(NAMES)
    run(FUNCTION.format(of_bank=OF_BANK, in_area=IN_AREA.format(column="h.division")))
    restrict("registry", "purpose", HELD)
    restrict("registry", "disclosure", f"{OWN} OR {LOOKS}", check=OWN)
    restrict("registry", "name_reading", HAS_CONTEXT)
    restrict("registry", "unread_name", HAS_CONTEXT)
    # What was resolved by grant stands in the same list: its villager sees it too.
    run(f"ALTER POLICY app_rows ON resolution USING ({OWN} OR {LOOKS})")
    run("""
        REVOKE DELETE, TRUNCATE ON purpose FROM registry_app, system;
        REVOKE INSERT, UPDATE ON purpose FROM registry_app;
        REVOKE UPDATE, DELETE, TRUNCATE ON disclosure FROM registry_app, system;
        REVOKE INSERT, UPDATE, DELETE ON name_reading, unread_name FROM registry_app;
    """)
    for table in ("purpose", "disclosure"):
        narrow(table)
    open_to_the_narrowed("registry")
