"""Households move to other villages, and choose other heads; where one stood is kept apart from how it stood."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, IN_AREA, audit, restrict, restrict_by_area
from shared.data.ddl.m0006 import narrow, open_to_the_narrowed

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE head_change (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    reference text NOT NULL, former text NOT NULL, since date NOT NULL,
    relation text NOT NULL CHECK (relation <> 'head'), relations jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('reported', 'confirmed', 'rejected')),
    reported_on date NOT NULL, reported_by text NOT NULL, decided_on date, decided_by text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (reference <> former), CHECK (since <= reported_on), CHECK (decided_on >= reported_on),
    CHECK (due_on IS NOT NULL OR state <> 'reported'),
    CONSTRAINT head_change_decider_is_not_reporter CHECK (decided_by <> reported_by),
    CHECK (num_nulls(decided_on, decided_by) = CASE WHEN state = 'reported' THEN 2 ELSE 0 END));
CREATE UNIQUE INDEX head_change_one_open ON head_change (household_id) WHERE state = 'reported';

-- `from_division` is where the household stands, `division` the village that it moves to, whose township takes it.
CREATE TABLE transfer (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household,
    from_division text COLLATE "C" NOT NULL, division text COLLATE "C" NOT NULL CHECK (division ~ '^[0-9]{12}$'),
    moved_on date NOT NULL,
    reason text NOT NULL CHECK (reason IN ('registration', 'resettlement', 'kin', 'merger', 'other')), refusal text,
    state text NOT NULL CHECK (state IN ('reported', 'taken', 'refused')),
    reported_on date NOT NULL, reported_by text NOT NULL, decided_on date, decided_by text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (from_division <> division), CHECK (moved_on <= reported_on), CHECK (decided_on >= reported_on),
    CHECK (due_on IS NOT NULL OR state <> 'reported'), CHECK ((refusal IS NOT NULL) = (state = 'refused')),
    CONSTRAINT transfer_taker_is_not_reporter CHECK (decided_by <> reported_by),
    CHECK (num_nulls(decided_on, decided_by) = CASE WHEN state = 'reported' THEN 2 ELSE 0 END));
CREATE UNIQUE INDEX transfer_one_open ON transfer (household_id) WHERE state = 'reported';
-- Whom a village has let go, and whom it has taken.
CREATE INDEX ON transfer (from_division, household_id) WHERE state = 'taken';
CREATE INDEX ON transfer (division, household_id) WHERE state = 'taken';
CREATE INDEX ON transfer (from_division, id);
"""
INDEXES = """
CREATE INDEX ON {table} (division, id);
CREATE INDEX ON {table} (household_id, id);
CREATE INDEX ON {table} (state, id);
CREATE INDEX ON {table} (state, division, id);
CREATE INDEX ON {table} (state, division, due_on, id) WHERE state = 'reported';
CREATE INDEX ON {table} (state, due_on, id) WHERE state = 'reported';
"""
HERE, THERE = f"({IN_AREA.format(column='division')})", f"({IN_AREA.format(column='from_division')})"
# Both sides see a move. Only where the household stands is one begun, and only where it goes is one decided.
SIDES = f"""
CREATE POLICY stated_there ON transfer AS RESTRICTIVE FOR INSERT TO registry_app WITH CHECK ({THERE});
CREATE POLICY taken_here ON transfer AS RESTRICTIVE FOR UPDATE TO registry_app USING (true) WITH CHECK ({HERE});
REVOKE DELETE, TRUNCATE ON transfer, head_change FROM registry_app, system;
"""

# How it stands and where it stands are two stories of a household: `status_since` is the day since which it stands as
# it does, wherever that was; `placed_since` the day since which it lives where it does, empty since it was registered.
COLUMNS = """
ALTER TABLE household ADD COLUMN placed_since date;
ALTER TABLE household_standing ADD COLUMN status_since date;
UPDATE household_standing SET status_since = lower(valid);
ALTER TABLE household_standing ALTER COLUMN status_since SET NOT NULL;
DROP FUNCTION household_stands;
"""
# From `since` on it lives there, and stood on each day as it stood.
MOVES = """
CREATE FUNCTION household_moves(home uuid, place text, since date, told timestamptz) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public AS $$
    WITH ended AS MATERIALIZED (
        UPDATE household_standing s SET known = tstzrange(lower(s.known), greatest(told, lower(s.known)))
        WHERE s.household_id = home AND upper_inf(s.known) AND s.valid && daterange(since, NULL) RETURNING s.*)
    INSERT INTO household_standing
    SELECT home, x.division, e.status, e.exited_on, e.exited_year, x.valid, tstzrange(told, NULL), e.status_since
    FROM ended e, LATERAL (VALUES (e.division, e.valid * daterange(NULL, since)),
        (place, e.valid * daterange(since, NULL))) AS x (division, valid)
    WHERE NOT isempty(x.valid)
$$;
"""
# From `since` on it stands so, wherever it lived. Where only the day was `mistaken`, the days between the wrong one and
# the right one are what they were before it.
STANDS = """
CREATE FUNCTION household_stands(home uuid, stands text, out_on date, out_year integer, since date, mistaken boolean,
    told timestamptz) RETURNS void LANGUAGE sql SET search_path = pg_catalog, public AS $$
    WITH last AS MATERIALIZED (
        SELECT s.status_since FROM household_standing s
        WHERE s.household_id = home AND upper_inf(s.known) AND upper_inf(s.valid)),
    before AS MATERIALIZED (
        SELECT s.status, s.exited_on, s.exited_year, s.status_since FROM household_standing s, last l
        WHERE s.household_id = home AND upper_inf(s.known) AND s.status_since < l.status_since
        ORDER BY s.status_since DESC LIMIT 1),
    ended AS MATERIALIZED (
        UPDATE household_standing s SET known = tstzrange(lower(s.known), greatest(told, lower(s.known)))
        WHERE s.household_id = home AND upper_inf(s.known) AND (s.valid && daterange(since, NULL)
            OR mistaken AND s.status_since >= coalesce((SELECT b.status_since FROM before b),
                (SELECT l.status_since FROM last l)))
        RETURNING s.*),
    said AS (
        SELECT e.division, e.status, e.exited_on, e.exited_year, e.status_since,
               e.valid * daterange(NULL, since) AS valid
        FROM ended e, last l WHERE NOT (mistaken AND e.status_since = l.status_since)
        UNION ALL
        SELECT e.division, b.status, b.exited_on, b.exited_year, b.status_since, e.valid * daterange(NULL, since)
        FROM ended e, last l, before b WHERE mistaken AND e.status_since = l.status_since
        UNION ALL
        SELECT e.division, stands, out_on, out_year, since, e.valid * daterange(since, NULL) FROM ended e)
    INSERT INTO household_standing
    SELECT home, w.division, w.status, w.exited_on, w.exited_year, w.valid, tstzrange(told, NULL), w.status_since
    FROM (SELECT x.division, x.status, x.exited_on, x.exited_year, x.status_since, unnest(range_agg(x.valid)) AS valid
        FROM said x WHERE NOT isempty(x.valid) GROUP BY 1, 2, 3, 4, 5) w
$$;
"""
BEGUN = """
CREATE OR REPLACE FUNCTION household_begins(home household, today date, told timestamptz)
RETURNS SETOF household_standing LANGUAGE sql SET search_path = pg_catalog, public AS $$
    WITH day AS (
        SELECT CASE WHEN home.status = 'exited' THEN greatest(home.registered_on,
            coalesce(home.stands_since, home.exited_on, least(make_date(home.exited_year, 12, 31), today)))
            END AS out_on)
    SELECT home.id, home.division, 'poor', NULL::date, NULL::integer, daterange(home.registered_on, out_on),
           tstzrange(told, NULL), home.registered_on
    FROM day WHERE out_on > home.registered_on
    UNION ALL
    SELECT home.id, home.division, home.status, home.exited_on, home.exited_year,
           daterange(coalesce(out_on, home.registered_on), NULL), tstzrange(told, NULL),
           coalesce(out_on, home.registered_on)
    FROM day
$$;
"""
TOLD = """
CREATE OR REPLACE FUNCTION household_was_placed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
    PERFORM household_moves(n.id, n.division, CASE
        WHEN n.placed_since IS DISTINCT FROM o.placed_since THEN n.placed_since ELSE today END, clock_timestamp())
    FROM new_rows n JOIN old_rows o USING (id) WHERE n.division <> o.division;
    PERFORM household_stands(n.id, n.status, n.exited_on, n.exited_year, CASE
            WHEN n.stands_since IS NULL AND o.stands_since IS NULL THEN today
            ELSE coalesce(n.stands_since, n.registered_on) END,
        n.status = o.status AND n.stands_since IS DISTINCT FROM o.stands_since, clock_timestamp())
    FROM new_rows n JOIN old_rows o USING (id)
    WHERE (n.status, n.exited_on, n.exited_year, n.stands_since)
        IS DISTINCT FROM (o.status, o.exited_on, o.exited_year, o.stands_since);
    RETURN NULL;
END $$;
"""

# The side that takes a household does not see it yet, nor what is under way for it: these tell it of the households
# that it is asked to take, and of its own, and nothing of others.
ASKED = """({own} OR EXISTS (
        SELECT FROM transfer t WHERE t.household_id = h.id AND t.state = 'reported' AND {here}))"""
MOVING = """
CREATE FUNCTION moving_households(ids uuid[])
RETURNS TABLE (household_id uuid, division text, status text, hindrance text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    PERFORM 1 FROM household h WHERE h.id = ANY(ids) AND {asked} ORDER BY h.id FOR UPDATE;
    RETURN QUERY SELECT h.id, h.division, h.status, CASE
        WHEN EXISTS (SELECT FROM exit_case c WHERE c.household_id = h.id
            AND c.state NOT IN ('announced', 'refused', 'withdrawn', 'revoked')) THEN 'exit_under_way'
        WHEN EXISTS (SELECT FROM departure c WHERE c.household_id = h.id AND c.state = 'reported')
            OR EXISTS (SELECT FROM arrival c WHERE c.household_id = h.id AND c.state = 'reported')
            OR EXISTS (SELECT FROM removal c WHERE c.household_id = h.id AND c.state = 'proposed')
            OR EXISTS (SELECT FROM amendment c WHERE c.household_id = h.id AND c.state = 'proposed')
            OR EXISTS (SELECT FROM reversal c WHERE c.household_id = h.id
                AND c.state IN ('departure_doubted', 'removal_doubted'))
            OR EXISTS (SELECT FROM household_split c WHERE c.household_id = h.id AND c.state = 'reported')
            OR EXISTS (SELECT FROM household_merge c WHERE h.id IN (c.household_id, c.other_id)
                AND c.state = 'reported')
            OR EXISTS (SELECT FROM head_change c WHERE c.household_id = h.id AND c.state = 'reported')
            OR EXISTS (SELECT FROM claim c WHERE c.household_id = h.id AND c.state = 'open')
            OR EXISTS (SELECT FROM paper c WHERE c.household_id = h.id AND c.state = 'recorded')
            THEN 'case_under_way' END
    FROM household h WHERE h.id = ANY(ids) AND {asked} ORDER BY h.id;
END $$;
"""
# What is told of a household is the business of the village where it lives, also what is told of the days before: a
# death of last month is reported where the household is now. So do the cases that may yet be taken back. What was
# decided, signed, paid and announced stays where it was (`history` of the service).
FOLLOWS = (
    "household_fact", "household_word", "household_contact", "member", "member_fact", "income_line", "income_sheet",
    "overruled_word", "visit_finding", "measure", "arrival", "departure", "removal", "reversal", "amendment",
    "head_change",
)  # fmt: skip
FOLLOW = """
    UPDATE {table} x SET division = t.division FROM transfer t
        WHERE t.id = ANY(moved) AND x.household_id = t.household_id;
"""
MOVE = """
CREATE FUNCTION move_households(cases uuid[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE moved uuid[];
BEGIN
    WITH placed AS (
        UPDATE household h SET division = t.division, placed_since = t.moved_on FROM transfer t
        WHERE t.id = ANY(cases) AND t.state = 'taken' AND t.decided_by = current_setting('app.subject', true)
            AND ({here}) AND h.id = t.household_id AND h.division = t.from_division
        RETURNING t.id)
    SELECT array_agg(p.id) INTO moved FROM placed p;
    {follow}
    UPDATE person_index x SET division = t.division FROM transfer t JOIN member m USING (household_id)
        WHERE t.id = ANY(moved) AND x.member_id = m.id;
    RETURN coalesce(cardinality(moved), 0);
END $$;
"""
# Where a household stood once, it may still be read as of that day: these name it, and its people, to whoever sees how
# it stood; a number by itself says no more than an id. The exits of a household that is here now lie where they were.
ONCE = """
CREATE FUNCTION household_once(home uuid)
RETURNS TABLE (household_no text, registered_on date, relocation_cohort integer, moved_in_on date)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, public AS $$
    SELECT h.household_no, h.registered_on, h.relocation_cohort, h.moved_in_on FROM household h
    WHERE h.id = home AND {context} AND EXISTS (SELECT FROM household_standing s
        WHERE s.household_id = h.id AND {stood})
$$;
CREATE FUNCTION household_exits(home uuid) RETURNS SETOF exit_case
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT c.* FROM exit_case c JOIN household h ON h.id = c.household_id WHERE c.household_id = home AND {here}
$$;
CREATE FUNCTION household_numbered(number text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT h.id FROM household h WHERE h.household_no = number AND {context}
$$;
CREATE FUNCTION member_once(one uuid) RETURNS TABLE (reference text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, public AS $$
    SELECT m.reference FROM member m
    WHERE m.id = one AND {context} AND EXISTS (SELECT FROM household_standing s
        WHERE s.household_id = m.household_id AND {stood})
$$;
"""
# An array per statement, so that an index finds the rows. Of policies PostgreSQL asks the last by name first: of
# what is in his own area nobody is asked for more.
LEFT = """household_id = ANY (ARRAY(SELECT t.household_id FROM transfer t WHERE t.state = 'taken' AND {there}))
    AND EXISTS (SELECT FROM transfer t
        WHERE t.household_id = {table}.household_id AND t.state = 'taken' AND {there} AND {held})"""
# Of a year's income, the year in which it moved is both sides'.
HELD = {
    "household_fact": "lower(household_fact.valid) < t.moved_on",
    "member_fact": "lower(member_fact.valid) < t.moved_on",
    "income_line": "income_line.income_year <= extract(year FROM t.moved_on + interval '3 months')",
}
CAME = """ARRAY(SELECT t.household_id{text} FROM transfer t JOIN household h ON h.id = t.household_id
    WHERE t.state = 'taken' AND {here})"""
READS = """
CREATE POLICY also_read ON {table} FOR SELECT TO registry_app USING ({condition});
"""


def upgrade() -> None:
    here, stood = IN_AREA.format(column="t.division"), IN_AREA.format(column="s.division")
    for script in (COLUMNS, MOVES, STANDS, BEGUN, TOLD, TABLES):
        run(script)
    run("REVOKE EXECUTE ON FUNCTION household_moves, household_stands FROM PUBLIC")
    for table in ("head_change", "transfer"):
        run(INDEXES.format(table=table))
    restrict_by_area("registry", "head_change")
    restrict("registry", "transfer", f"{HERE} OR {THERE}")
    run(SIDES)
    for table in ("head_change", "transfer"):
        narrow(table)
    audit("head_change", "transfer")
    run(MOVING.format(asked=ASKED.format(here=here, own=IN_AREA.format(column="h.division"))))
    run(MOVE.format(here=here, follow="".join(FOLLOW.format(table=table) for table in FOLLOWS).strip()))
    run(ONCE.format(context=HAS_CONTEXT, stood=stood, here=IN_AREA.format(column="h.division")))
    functions = "moving_households, move_households, household_once, household_numbered, household_exits, member_once"
    run(f"REVOKE ALL ON FUNCTION {functions} FROM PUBLIC")
    run(f"GRANT EXECUTE ON FUNCTION {functions} TO registry_app, system")
    for table, held in HELD.items():
        run(READS.format(table=table, condition=LEFT.format(table=table, there=THERE, held=held)))
    run(READS.format(table="decision", condition=f"subject_id = ANY ({CAME.format(here=here, text='::text')})"))
    open_to_the_narrowed("registry")
