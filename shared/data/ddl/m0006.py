"""DDL of bonds: who lives in a household and who helps it, by references alone, and the rows that they narrow.

A helper, a villager and an entity act as database roles of their own, which have the service's rights and see fewer
rows: those that they are bound to. A policy of a role of its own is asked of nobody else, and reads one array per
statement, so that an index finds the rows; an OR over roles in everybody's policy would find none.
"""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, audit, restrict, restrict_by_area

NARROWED = ("helper", "villager", "entity")
TABLES = """
CREATE TABLE resident (
    person text NOT NULL CHECK (person <> ''), household_id uuid NOT NULL, PRIMARY KEY (person, household_id));
CREATE INDEX ON resident (household_id);
CREATE TABLE paired (
    pairing_id uuid PRIMARY KEY, subject text NOT NULL CHECK (subject <> ''), household_id uuid NOT NULL,
    days daterange NOT NULL);
CREATE INDEX ON paired (subject);
CREATE INDEX ON paired (household_id);
"""
PAPER = """
CREATE TABLE paper (
    id uuid PRIMARY KEY, procedure text NOT NULL, case_id uuid NOT NULL, household_id uuid NOT NULL,
    division text COLLATE "C" NOT NULL, agreed boolean NOT NULL,
    signature text NOT NULL CHECK (signature IN ('signed', 'fingerprint')),
    scan_sha256 text NOT NULL CHECK (scan_sha256 ~ '^[0-9a-f]{64}$'), place text NOT NULL, signed_on date NOT NULL,
    witness text NOT NULL, state text NOT NULL CHECK (state IN ('recorded', 'confirmed', 'rejected')),
    recorded_on date NOT NULL, recorded_by text NOT NULL, confirmed_on date, confirmed_by text, ended_code text,
    procedure_version integer NOT NULL DEFAULT 1 CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (confirmed_by <> recorded_by), CHECK (signed_on <= recorded_on),
    CHECK (due_on IS NOT NULL OR state <> 'recorded'));
CREATE INDEX ON paper (household_id);
CREATE INDEX ON paper (division, id);
CREATE INDEX ON paper (case_id);
CREATE INDEX ON paper (state, division, due_on, id) WHERE state = 'recorded';
CREATE INDEX ON paper (state, due_on, id) WHERE state = 'recorded';
"""
# Without days in the context nobody is paired. Whoever writes is heard some days after his pairing ended: what a phone
# brings late is judged by the pairing of its day.
BOUND = {
    "helper": """
        SELECT household_id FROM paired WHERE subject = nullif(current_setting('app.subject', true), '')
        AND lower(days) <= nullif(current_setting('app.day', true), '')::date
        AND coalesce(upper(days) > nullif(current_setting('app.since', true), '')::date, upper_inf(days))
    """,
    "villager": """
        SELECT household_id FROM resident WHERE person = nullif(current_setting('app.person', true), '')
    """,
}
NAMES = {"helper": "paired_rows", "villager": "mine", "entity": "of_entity"}
OF_UNIT = "{column} = nullif(current_setting('app.unit', true), '')"

# What the service's login may do, by policies, tables, columns, sequences and functions.
OPEN = """
DO $$
DECLARE found record;
BEGIN
    FOR found IN SELECT policyname, tablename FROM pg_policies WHERE roles = ARRAY['{service}_app']::name[] LOOP
        EXECUTE format('ALTER POLICY %I ON %I TO {service}_app, {roles}', found.policyname, found.tablename);
    END LOOP;
    FOR found IN SELECT a.privilege_type, c.oid::regclass AS relation, c.relkind FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = '{service}_app'::regrole LOOP
        EXECUTE format('GRANT %s ON %s %s TO {roles}', found.privilege_type,
            CASE found.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, found.relation);
    END LOOP;
    FOR found IN SELECT a.privilege_type, t.attname, t.attrelid::regclass AS relation
        FROM pg_attribute t, aclexplode(t.attacl) a WHERE a.grantee = '{service}_app'::regrole LOOP
        EXECUTE format('GRANT %s (%I) ON %s TO {roles}', found.privilege_type, found.attname, found.relation);
    END LOOP;
    FOR found IN SELECT p.oid::regprocedure AS function FROM pg_proc p, aclexplode(p.proacl) a
        WHERE p.pronamespace = 'public'::regnamespace AND a.grantee = '{service}_app'::regrole LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO {roles}', found.function);
    END LOOP;
END $$
"""


def create_revocation_table(service: str) -> None:
    """Whose tokens are good no longer, wherever tokens are verified."""
    run("CREATE TABLE revocation (subject text PRIMARY KEY, not_before bigint NOT NULL)")
    run("CREATE INDEX ON revocation (not_before)")
    restrict(service, "revocation", HAS_CONTEXT)


def create_paper_table(service: str) -> None:
    """Sheets that parties signed, and who vouched for them."""
    run(PAPER)
    restrict_by_area(service, "paper")
    run(f"REVOKE DELETE, TRUNCATE ON paper FROM {service}_app, system")
    audit("paper")


def create_bond_tables(service: str) -> None:
    """Open to every caller, as they hold references alone."""
    run(TABLES)
    for table in ("resident", "paired"):
        restrict(service, table, HAS_CONTEXT)


def open_to_the_narrowed(service: str) -> None:
    """Whatever the service's login may do by now, the narrowed may."""
    run(OPEN.format(service=service, roles=", ".join(NARROWED)))


def narrow_to(table: str, role: str, condition: str) -> None:
    """One of the narrowed sees and writes rows for which the condition holds, of those of his area."""
    run(f"""
        CREATE POLICY {NAMES[role]} ON {table} AS RESTRICTIVE TO {role} USING ({condition}) WITH CHECK ({condition})
    """)


def narrow(table: str, column: str = "household_id", *, entity: str = "false") -> None:
    """Rows of a household: its helper's and its people's; an entity's where `entity`, a condition, holds."""
    for role, bound in BOUND.items():
        narrow_to(table, role, f"{column} = ANY (ARRAY({bound}))")
    narrow_to(table, "entity", entity)


def narrow_decisions() -> None:
    """Decisions about a household; of what is no household's, a helper, a villager and an entity see none."""
    for role, bound in BOUND.items():
        narrow_to("decision", role, f"subject_id = ANY (ARRAY(SELECT household_id::text FROM ({bound}) b))")
    narrow_to("decision", "entity", "false")
