"""People who join a household; who is claimed by two households; one person keeps his reference wherever he lives."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, audit, restrict_by_area
from shared.data.ddl.m0006 import narrow, open_to_the_narrowed

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE arrival (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    reference text, reason text NOT NULL CHECK (reason IN
        ('birth', 'marriage_in', 'registration_in', 'release', 'sharing')),
    joined_on date NOT NULL, relation text NOT NULL CHECK (relation <> 'head'),
    state text NOT NULL CHECK (state IN ('reported', 'confirmed', 'rejected')),
    reported_on date NOT NULL, reported_by text NOT NULL, decided_on date, decided_by text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (joined_on <= reported_on), CHECK (decided_on >= reported_on),
    CHECK (due_on IS NOT NULL OR state <> 'reported'), CHECK (reference IS NOT NULL OR state <> 'confirmed'),
    CONSTRAINT arrival_decider_is_not_reporter CHECK (decided_by <> reported_by),
    CHECK (num_nulls(decided_on, decided_by) = CASE WHEN state = 'reported' THEN 2 ELSE 0 END));
CREATE INDEX ON arrival (division, id);
CREATE INDEX ON arrival (household_id, id);
CREATE INDEX ON arrival (state, id);
CREATE INDEX ON arrival (state, division, id);
CREATE INDEX ON arrival (state, division, due_on, id) WHERE state = 'reported';
CREATE INDEX ON arrival (state, due_on, id) WHERE state = 'reported';
-- Who he is, sealed, until it is decided; apart, so that no copy of it stays in the audit.
CREATE TABLE arrival_person (
    arrival_id uuid PRIMARY KEY REFERENCES arrival, household_id uuid NOT NULL, division text COLLATE "C" NOT NULL,
    person_sealed bytea NOT NULL);

-- `household_id` and `member_id` are where he belongs, `division` is who claims him: a case that joins him, or a
-- household number of a file.
CREATE TABLE claim (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, member_id uuid NOT NULL REFERENCES member,
    reference text NOT NULL, holder_division text COLLATE "C" NOT NULL, division text COLLATE "C" NOT NULL,
    arrival_id uuid REFERENCES arrival, household_no text, moved_on date NOT NULL,
    reason text NOT NULL CHECK (reason IN ('death', 'marriage_out', 'registration_out', 'prison', 'not_sharing')),
    state text NOT NULL CHECK (state IN ('open', 'moves', 'stays')),
    departure_id uuid REFERENCES departure DEFERRABLE INITIALLY DEFERRED,
    opened_on date NOT NULL, opened_by text NOT NULL, decided_on date, decided_by text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (num_nulls(arrival_id, household_no) = 1), CHECK (decided_on >= opened_on),
    CHECK (due_on IS NOT NULL OR state <> 'open'), CHECK ((departure_id IS NOT NULL) = (state = 'moves')),
    CONSTRAINT claim_decider_is_not_claimant CHECK (decided_by <> opened_by),
    CHECK (num_nulls(decided_on, decided_by) = CASE WHEN state = 'open' THEN 2 ELSE 0 END));
CREATE UNIQUE INDEX claim_one_open ON claim (member_id, coalesce(arrival_id::text, household_no))
    WHERE state = 'open';
CREATE INDEX ON claim (division, id);
CREATE INDEX ON claim (household_id, id);
CREATE INDEX ON claim (state, id);
CREATE INDEX ON claim (state, division, id);
CREATE INDEX ON claim (state, division, due_on, id) WHERE state = 'open';
CREATE INDEX ON claim (state, due_on, id) WHERE state = 'open';

-- A person belongs to one household after another; he is called the same in each.
ALTER TABLE member DROP CONSTRAINT member_reference_key;
CREATE UNIQUE INDEX member_once_a_household ON member (reference, household_id);
-- A household of a file that the register has already is neither entered nor rejected.
ALTER TABLE roster_import ADD COLUMN known_households integer NOT NULL DEFAULT 0;
-- Who came back may leave again.
DROP INDEX departure_once;
CREATE UNIQUE INDEX departure_once ON departure (member_id) WHERE state = 'reported';
"""
# A person may be known elsewhere, where the caller sees nothing: only these answer that, by what he must know. Whose
# household was struck belongs to none.
FUNCTIONS = """
CREATE FUNCTION persons_known(key_ids text[], digests bytea[])
RETURNS TABLE (digest bytea, member_id uuid, household_id uuid, division text, reference text, joined_on date,
    left_on date, died boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT p.digest, m.id, m.household_id, m.division, m.reference, f.joined_on,
        CASE WHEN f.stays AND h.status <> 'removed' THEN NULL ELSE coalesce(f.left_on, (SELECT max(r.decided_on)
            FROM removal r WHERE r.household_id = h.id AND r.state = 'confirmed')) END,
        EXISTS (SELECT FROM departure d WHERE d.member_id = m.id AND d.state = 'confirmed' AND d.reason = 'death')
    FROM unnest(key_ids, digests) AS u (key_id, digest)
    JOIN person_index p ON p.key_id = u.key_id AND p.digest = u.digest JOIN member m ON m.id = p.member_id
    JOIN household h ON h.id = m.household_id
    CROSS JOIN LATERAL (SELECT max(lower(x.valid)) AS joined_on, max(upper(x.valid)) AS left_on,
        bool_or(upper_inf(x.valid)) AS stays FROM member_fact x WHERE x.member_id = m.id AND upper_inf(x.known)) f
    WHERE {context}
$$;
CREATE FUNCTION persons_settled(asked text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT m.reference FROM member m JOIN member_fact f ON f.member_id = m.id
    JOIN household h ON h.id = m.household_id AND h.status <> 'removed'
    WHERE m.reference = ANY(asked) AND upper_inf(f.known) AND upper_inf(f.valid) AND {context}
$$;
-- Of somebody who has left; who still belongs somewhere is not moved.
CREATE FUNCTION move_persons(old_ids uuid[], new_ids uuid[], divisions text[]) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH moved AS (
        UPDATE person_index p SET member_id = u.new_id, division = u.division
        FROM unnest(old_ids, new_ids, divisions) AS u (old_id, new_id, division)
        WHERE p.member_id = u.old_id AND {context} AND NOT EXISTS (SELECT FROM member_fact f
            JOIN household h ON h.id = f.household_id AND h.status <> 'removed'
            WHERE f.member_id = u.old_id AND upper_inf(f.known) AND upper_inf(f.valid))
        RETURNING p.member_id)
    SELECT count(DISTINCT member_id) FROM moved
$$;
"""


def upgrade() -> None:
    run(TABLES)
    for table in ("arrival", "arrival_person", "claim"):
        restrict_by_area("registry", table)
        narrow(table)
    audit("arrival", "claim")
    run(FUNCTIONS.format(context=HAS_CONTEXT))
    run("GRANT EXECUTE ON FUNCTION persons_known, persons_settled, move_persons TO registry_app, system")
    open_to_the_narrowed("registry")
