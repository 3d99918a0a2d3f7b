"""How a household stands, and where, is a fact with time; every fact says in which office it was stated."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import restrict_by_area
from shared.data.ddl.m0006 import narrow, open_to_the_narrowed

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# `stands_since`: the day since which it stands as it does; empty, since it was registered.
TABLE = """
ALTER TABLE household ADD COLUMN stands_since date;
CREATE TABLE household_standing (
    household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    status text NOT NULL CHECK (status IN ('poor', 'exited', 'returned', 'removed')),
    exited_on date, exited_year integer, valid daterange NOT NULL CHECK (NOT isempty(valid)), known tstzrange NOT NULL,
    CHECK ((status = 'exited') = (exited_year IS NOT NULL)),
    -- What is held for true no longer was held one word at a time, as the trigger alone writes it.
    EXCLUDE USING gist (household_id WITH =, valid WITH &&) WHERE (upper_inf(known)));
CREATE INDEX ON household_standing (household_id);
CREATE INDEX ON household_standing (status, household_id);
CREATE INDEX ON household_standing (division, household_id);
-- What was known of incomes at a moment; the other index holds what is known now.
CREATE INDEX ON income_line (household_id);
"""
# From `since` on it stands so, whatever was held for true of later days. Where only the day was `mistaken`, the days
# between the wrong one and the right one are what they were before it.
STANDS = """
CREATE FUNCTION household_stands(home uuid, place text, stands text, out_on date, out_year integer, since date,
    mistaken boolean, told timestamptz) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE was household_standing;
BEGIN
    FOR was IN
        UPDATE household_standing s SET known = tstzrange(lower(s.known), greatest(told, lower(s.known)))
        WHERE s.household_id = home AND upper_inf(s.known) AND (s.valid && daterange(since, NULL) OR mistaken AND (
            upper_inf(s.valid) OR upper(s.valid) = (SELECT lower(l.valid) FROM household_standing l
                WHERE l.household_id = home AND upper_inf(l.known) AND upper_inf(l.valid))))
        RETURNING s.*
    LOOP
        IF lower(was.valid) < since AND NOT (mistaken AND upper_inf(was.valid)) THEN
            INSERT INTO household_standing VALUES (home, was.division, was.status, was.exited_on, was.exited_year,
                daterange(lower(was.valid), since), tstzrange(told, NULL));
        END IF;
    END LOOP;
    INSERT INTO household_standing VALUES (home, place, stands, out_on, out_year, daterange(since, NULL),
        tstzrange(told, NULL));
END $$;
"""
# Who was out already when he was registered was so since the last day of his year, where no other was said.
BEGUN = """
CREATE FUNCTION household_begins(home household, today date, told timestamptz) RETURNS SETOF household_standing
LANGUAGE sql SET search_path = pg_catalog, public AS $$
    WITH day AS (
        SELECT CASE WHEN home.status = 'exited' THEN greatest(home.registered_on,
            coalesce(home.stands_since, home.exited_on, least(make_date(home.exited_year, 12, 31), today)))
            END AS out_on)
    SELECT home.id, home.division, 'poor', NULL::date, NULL::integer, daterange(home.registered_on, out_on),
           tstzrange(told, NULL)
    FROM day WHERE out_on > home.registered_on
    UNION ALL
    SELECT home.id, home.division, home.status, home.exited_on, home.exited_year,
           daterange(coalesce(out_on, home.registered_on), NULL), tstzrange(told, NULL)
    FROM day
$$;
"""
# Who moves a household and does not say since when, moves it on the day on which he acts.
TOLD = """
CREATE FUNCTION household_was_placed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
    today date := coalesce(nullif(current_setting('app.day', true), '')::date,
        (now() AT TIME ZONE 'Asia/Shanghai')::date);
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO household_standing
        SELECT b.* FROM new_rows n, LATERAL household_begins(ROW(n.*)::household, today, clock_timestamp()) b;
        RETURN NULL;
    END IF;
    PERFORM household_stands(n.id, n.division, n.status, n.exited_on, n.exited_year, s.since,
        (n.status, n.division) = (o.status, o.division) AND n.stands_since IS DISTINCT FROM o.stands_since,
        clock_timestamp())
    FROM new_rows n JOIN old_rows o USING (id), LATERAL (SELECT CASE
        WHEN n.stands_since IS NOT DISTINCT FROM o.stands_since
            AND (n.stands_since IS NULL OR n.division <> o.division) THEN today
        ELSE coalesce(n.stands_since, n.registered_on) END AS since) s
    WHERE (n.division, n.status, n.exited_on, n.exited_year, n.stands_since)
        IS DISTINCT FROM (o.division, o.status, o.exited_on, o.exited_year, o.stands_since);
    RETURN NULL;
END $$;
CREATE TRIGGER placed_insert AFTER INSERT ON household REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION household_was_placed();
CREATE TRIGGER placed_update AFTER UPDATE ON household REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION household_was_placed();
"""
# What the audit tells of the years before is told again, in its order. An exit was on its day, a return on the day that
# its amendment says, a striking when it was confirmed; what the audit does not tell is so since its day, or today.
TELL_AGAIN = """
SELECT set_config('app.subject', 'system:migration', true), set_config('app.role', 'system', true);
CREATE TEMPORARY TABLE told ON COMMIT DROP AS
    SELECT (after ->> 'id')::uuid AS household_id, id AS place, at, operation,
           jsonb_populate_record(NULL::household, before) AS o, jsonb_populate_record(NULL::household, after) AS n
    FROM audit WHERE relation = 'household' AND operation IN ('INSERT', 'UPDATE')
        AND (after ->> 'id')::uuid IN (SELECT id FROM household);
INSERT INTO household_standing
SELECT b.* FROM household h
LEFT JOIN LATERAL (SELECT * FROM told t WHERE t.household_id = h.id ORDER BY place LIMIT 1) t ON true
LEFT JOIN LATERAL (SELECT min(lower(f.known)) AS at FROM household_fact f WHERE f.household_id = h.id) f ON true,
LATERAL household_begins(CASE t.operation WHEN 'INSERT' THEN t.n WHEN 'UPDATE' THEN t.o ELSE h END,
    (now() AT TIME ZONE 'Asia/Shanghai')::date,
    coalesce(CASE WHEN t.operation = 'INSERT' THEN t.at END, f.at, h.registered_on::timestamptz)) b;
DO $$
DECLARE
    w record;
    since date;
BEGIN
    FOR w IN
        SELECT * FROM (
            SELECT household_id, place, at, (o).division AS was_in, (o).status AS was, (o).exited_on AS was_out_on,
                   (n).division, (n).status, (n).exited_on, (n).exited_year, (n).registered_on
            FROM told WHERE operation = 'UPDATE'
                AND ((o).division, (o).status, (o).exited_on, (o).exited_year)
                IS DISTINCT FROM ((n).division, (n).status, (n).exited_on, (n).exited_year)
            UNION ALL
            SELECT h.id, NULL, clock_timestamp(), s.division, s.status, s.exited_on, h.division, h.status, h.exited_on,
                   h.exited_year, h.registered_on
            FROM household h LEFT JOIN LATERAL (SELECT (n).* FROM told t WHERE t.household_id = h.id
                ORDER BY place DESC LIMIT 1) s ON true
            WHERE s.status IS NOT NULL AND (s.division, s.status, s.exited_on, s.exited_year)
                IS DISTINCT FROM (h.division, h.status, h.exited_on, h.exited_year)) x
        ORDER BY place NULLS LAST
    LOOP
        since := CASE
            WHEN w.status = 'exited' THEN w.exited_on
            WHEN w.was = 'exited' AND w.exited_on IS NULL THEN w.was_out_on
            WHEN w.was = 'removed' THEN (SELECT lower(s.valid) FROM household_standing s
                WHERE s.household_id = w.household_id AND upper_inf(s.known) AND upper_inf(s.valid))
            WHEN w.status = 'returned' THEN (SELECT max(a.fell_on) FROM amendment a
                WHERE a.household_id = w.household_id AND a.kind = 'return' AND a.state = 'confirmed')
            WHEN w.status = 'removed' THEN (SELECT max(d.decided_on) FROM (
                SELECT household_id, decided_on FROM removal WHERE state IN ('confirmed', 'taken_back')
                UNION ALL
                SELECT household_id, decided_on FROM departure WHERE state IN ('confirmed', 'taken_back')) d
                WHERE d.household_id = w.household_id)
            END;
        PERFORM household_stands(w.household_id, w.division, w.status, w.exited_on, w.exited_year,
            greatest(w.registered_on, coalesce(since, (w.at AT TIME ZONE 'Asia/Shanghai')::date)),
            (w.division, w.status) = (w.was_in, w.was) AND w.exited_on <> w.was_out_on, w.at);
    END LOOP;
END $$;
ALTER TABLE household DISABLE TRIGGER told_update;
UPDATE household h SET stands_since = lower(s.valid) FROM household_standing s
    WHERE s.household_id = h.id AND upper_inf(s.known) AND upper_inf(s.valid) AND lower(s.valid) <> h.registered_on;
ALTER TABLE household ENABLE TRIGGER told_update;
"""
# Of what was stated before nobody knows it any more. A report's row says it by itself, so that no writer can forget it.
STATED_AS = """
ALTER TABLE {table} ADD COLUMN stated_as text;
ALTER TABLE {table} ALTER COLUMN stated_as SET DEFAULT nullif(current_setting('app.role', true), '');
"""


def upgrade() -> None:
    for table in ("household_fact", "member_fact", "income_line"):
        run(STATED_AS.format(table=table))
    run(TABLE)
    run(STANDS)
    run(BEGUN)
    run(TELL_AGAIN)
    run(TOLD)
    restrict_by_area("registry", "household_standing")
    narrow("household_standing")
    open_to_the_narrowed("registry")
    # A trigger alone writes it.
    run("REVOKE INSERT, UPDATE, DELETE ON household_standing FROM registry_app, system, helper, villager, entity")
    run("REVOKE EXECUTE ON FUNCTION household_stands, household_begins FROM PUBLIC")
