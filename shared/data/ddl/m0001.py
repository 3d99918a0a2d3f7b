"""DDL as the first migrations call it: the shared tables, row-level security, audit; households, freezes.

Two logins per service: `<name>_owner` runs migrations, `<name>_app` owns nothing. Without a context (role,
area, subject set by `shared.data.db`) every table shows zero rows; that is tested for each.
"""

from shared.data.ddl import run

HAS_CONTEXT = "nullif(current_setting('app.role', true), '') IS NOT NULL"
HAS_ACTOR = "nullif(current_setting('app.subject', true), '') IS NOT NULL"
# A range uses the index where starts_with() scans; '' must not open every row, so it becomes NULL.
IN_AREA = (
    "{column} >= nullif(current_setting('app.area', true), '')"
    " AND {column} <= nullif(current_setting('app.area', true), '') || '~'"
)
OF_BANK = "bank = nullif(current_setting('app.bank', true), '')"
# A bank's token may carry an area; it opens no other bank's rows.
NO_BANK = "current_setting('app.role', true) <> 'bank'"

SHARED_TABLES = """
CREATE TABLE source (epoch bigint NOT NULL, single boolean PRIMARY KEY DEFAULT true CHECK (single));
INSERT INTO source (epoch) VALUES (1);

CREATE TABLE aggregate (
    topic text NOT NULL, key text NOT NULL, epoch bigint NOT NULL, sequence bigint NOT NULL,
    PRIMARY KEY (topic, key));

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
    topic text NOT NULL, key text NOT NULL, headers jsonb NOT NULL, value text NOT NULL,
    emitted_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE outbox_sent (
    id bigint PRIMARY KEY, topic text NOT NULL, key text NOT NULL, headers jsonb NOT NULL, value text NOT NULL,
    emitted_at timestamptz NOT NULL, sent_at timestamptz NOT NULL DEFAULT clock_timestamp());

CREATE TABLE consumer_offset (
    consumer text NOT NULL, topic text NOT NULL, partition integer NOT NULL, next_offset bigint NOT NULL,
    PRIMARY KEY (consumer, topic, partition));
CREATE TABLE applied (
    consumer text NOT NULL, topic text NOT NULL, key text NOT NULL,
    epoch bigint NOT NULL, last_sequence bigint NOT NULL,
    PRIMARY KEY (consumer, topic, key));
CREATE TABLE parked_key (
    consumer text NOT NULL, topic text NOT NULL, key text NOT NULL,
    reason text NOT NULL, waits_for text, released boolean NOT NULL DEFAULT false,
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, topic, key));
CREATE INDEX ON parked_key (waits_for) WHERE waits_for IS NOT NULL;
CREATE TABLE parked_event (
    consumer text NOT NULL, topic text NOT NULL, key text NOT NULL,
    epoch bigint NOT NULL, sequence bigint NOT NULL, headers jsonb NOT NULL, value text NOT NULL,
    PRIMARY KEY (consumer, topic, key, epoch, sequence),
    FOREIGN KEY (consumer, topic, key) REFERENCES parked_key);
CREATE TABLE dropped_event (
    consumer text NOT NULL, topic text NOT NULL, key text NOT NULL, epoch bigint NOT NULL,
    sequence bigint NOT NULL, reason text NOT NULL, dropped_by text NOT NULL,
    dropped_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, topic, key, epoch, sequence));

CREATE TABLE idempotency (
    subject text NOT NULL, route text NOT NULL, key text NOT NULL,
    body_hash text NOT NULL, status integer NOT NULL, answer jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (subject, route, key));

CREATE TABLE decision (
    id uuid PRIMARY KEY, rule text NOT NULL, subject_id text NOT NULL,
    division text COLLATE "C" NOT NULL, bank text, business_date date NOT NULL,
    policy_version text NOT NULL, inputs jsonb NOT NULL, outcome text NOT NULL, reasons jsonb NOT NULL,
    decided_by text NOT NULL, decided_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX ON decision (subject_id);
CREATE INDEX ON decision (division);

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
    subject text NOT NULL, role text NOT NULL, relation text NOT NULL, operation text NOT NULL,
    before jsonb, after jsonb);
"""

# The function sees all rows (its owner has a policy of its own) and refuses a write without an actor.
AUDIT_FUNCTION = """
CREATE FUNCTION record_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
    actor text := nullif(current_setting('app.subject', true), '');
    acting_role text := coalesce(current_setting('app.role', true), '');
BEGIN
    IF actor IS NULL THEN
        RAISE EXCEPTION 'a write to % without an actor', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO audit (subject, role, relation, operation, after)
        SELECT actor, acting_role, TG_TABLE_NAME, TG_OP, to_jsonb(n) FROM new_rows n;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO audit (subject, role, relation, operation, before)
        SELECT actor, acting_role, TG_TABLE_NAME, TG_OP, to_jsonb(o) FROM old_rows o;
    ELSE
        INSERT INTO audit (subject, role, relation, operation, before, after)
        SELECT actor, acting_role, TG_TABLE_NAME, TG_OP, o.row, n.row
        FROM (SELECT to_jsonb(x) AS row, row_number() OVER () AS i FROM old_rows x) o
        JOIN (SELECT to_jsonb(x) AS row, row_number() OVER () AS i FROM new_rows x) n USING (i);
    END IF;
    RETURN NULL;
END $$;
"""

HOUSEHOLD_TABLE = """
CREATE TABLE household (
    id uuid PRIMARY KEY, division text COLLATE "C" NOT NULL, status text NOT NULL, members integer NOT NULL,
    has_labour boolean NOT NULL, borrower_age_ok boolean NOT NULL, needs_accessible boolean NOT NULL,
    deep_poverty boolean NOT NULL, relocated boolean NOT NULL, version bigint NOT NULL DEFAULT 1);
CREATE INDEX ON household (division);
"""

# A case may come before the household itself does, and another topic's order says nothing of ours: no foreign key.
FREEZE_TABLE = """
CREATE TABLE frozen_household (
    household_id uuid NOT NULL, case_id uuid NOT NULL, frozen_on date NOT NULL, reviewed_on date,
    PRIMARY KEY (household_id, case_id), CHECK (reviewed_on >= frozen_on));
CREATE INDEX ON frozen_household (household_id) WHERE reviewed_on IS NULL;
"""

SHARED_NAMES = (
    "source", "aggregate", "outbox", "outbox_sent", "consumer_offset", "applied", "parked_key",
    "parked_event", "dropped_event", "idempotency",
)  # fmt: skip


def create_shared_tables(service: str) -> None:
    """The tables that carry events, marks, idempotency, decisions and audit, closed to whoever has no context."""
    run(SHARED_TABLES)
    run(AUDIT_FUNCTION)
    for table in SHARED_NAMES:
        restrict(service, table, HAS_CONTEXT)
    restrict_by_area(service, "decision")
    # Nobody but the trigger's owner writes the audit; auditors read it through a query of their own.
    run(f"""
        ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
        ALTER TABLE audit FORCE ROW LEVEL SECURITY;
        CREATE POLICY owner_all ON audit TO {service}_owner USING (true) WITH CHECK (true);
        CREATE POLICY read ON audit FOR SELECT TO {service}_app
            USING (current_setting('app.role', true) IN ('auditor', 'county'));
        GRANT SELECT ON audit TO {service}_app;
    """)


def restrict(service: str, table: str, condition: str, check: str | None = None) -> None:
    """Row-level security on a table: `condition` for the app login, everything for `system` and the owner."""
    run(f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY app_rows ON {table} TO {service}_app USING ({condition}) WITH CHECK ({check or condition});
        CREATE POLICY system_rows ON {table} TO system USING ({HAS_ACTOR}) WITH CHECK ({HAS_ACTOR});
        CREATE POLICY owner_rows ON {table} TO {service}_owner USING (true) WITH CHECK (true);
        GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {service}_app, system;
    """)


def restrict_by_area(service: str, table: str, column: str = "division", *, bank: bool = False) -> None:
    """Rows within the caller's area; where `bank`, a bank's own rows too."""
    condition = f"({IN_AREA.format(column=column)})"
    restrict(service, table, f"{condition} AND {NO_BANK} OR {OF_BANK}" if bank else condition)


def audit(*tables: str) -> None:
    """Record every write to these tables: who, in which role, before and after. No actor, no write."""
    for table in tables:
        run(f"""
            CREATE TRIGGER audit_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
                FOR EACH STATEMENT EXECUTE FUNCTION record_audit();
            CREATE TRIGGER audit_update AFTER UPDATE ON {table}
                REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
                FOR EACH STATEMENT EXECUTE FUNCTION record_audit();
            CREATE TRIGGER audit_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
                FOR EACH STATEMENT EXECUTE FUNCTION record_audit();
        """)


def create_household_table(service: str) -> None:
    run(HOUSEHOLD_TABLE)
    restrict_by_area(service, "household")


def create_freeze_table(service: str) -> None:
    """Open to every caller: it is asked for ids that he sees already, and names nothing else."""
    run(FREEZE_TABLE)
    restrict(service, "frozen_household", HAS_CONTEXT)
