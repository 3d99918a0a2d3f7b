"""Land, road, telephone and account are facts with time; a changed account takes two persons."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import IN_AREA, OF_BANK, audit, restrict_by_area
from shared.data.ddl.m0006 import narrow, open_to_the_narrowed

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

# What was known stands since the household was registered. Nobody has told a household anew.
COLUMNS = """
ALTER TABLE household_contact DISABLE TRIGGER USER;
ALTER TABLE household_contact
    ADD COLUMN id uuid NOT NULL DEFAULT uuidv7(), ADD COLUMN valid daterange, ADD COLUMN stated_by text,
    ADD COLUMN known tstzrange NOT NULL DEFAULT tstzrange(clock_timestamp(), NULL),
    ADD COLUMN weight text NOT NULL DEFAULT 'takeover'
        CHECK (weight IN ('takeover', 'statement', 'visit', 'attestation', 'payment', 'match')),
    ADD COLUMN stated_as text;
UPDATE household_contact c SET valid = daterange(h.registered_on, NULL), stated_by = f.stated_by,
    known = tstzrange(lower(f.known), NULL)
    FROM household h JOIN LATERAL (SELECT x.stated_by, x.known FROM household_fact x WHERE x.household_id = h.id
        ORDER BY lower(x.known), x.id LIMIT 1) f ON true
    WHERE h.id = c.household_id;
UPDATE household_contact SET valid = daterange(NULL, NULL), stated_by = '' WHERE valid IS NULL;
ALTER TABLE household_contact ALTER COLUMN valid SET NOT NULL, ALTER COLUMN stated_by SET NOT NULL,
    ALTER COLUMN id DROP DEFAULT, ALTER COLUMN weight DROP DEFAULT,
    DROP CONSTRAINT household_contact_pkey, ADD PRIMARY KEY (id),
    ADD EXCLUDE USING gist (household_id WITH =, valid WITH &&, known WITH &&);
CREATE INDEX ON household_contact (household_id);
ALTER TABLE household_contact ENABLE TRIGGER USER;
"""
# What nobody has said yet is empty.
LAND = """
ALTER TABLE household_fact
    ADD COLUMN cultivated_mu_x100 integer CHECK (cultivated_mu_x100 >= 0),
    ADD COLUMN irrigated_mu_x100 integer CHECK (irrigated_mu_x100 >= 0),
    ADD COLUMN forest_mu_x100 integer CHECK (forest_mu_x100 >= 0),
    ADD COLUMN returned_mu_x100 integer CHECK (returned_mu_x100 >= 0),
    ADD COLUMN grass_mu_x100 integer CHECK (grass_mu_x100 >= 0), ADD COLUMN road_m integer CHECK (road_m >= 0);
"""
# Who is paid on a day is paid to the account of that day.
PEOPLE = """
CREATE OR REPLACE FUNCTION purpose_people(kinds text[], case_ids uuid[], ids uuid[], day date)
RETURNS TABLE (kind text, case_id uuid, household_id uuid, address text, member_id uuid, name text,
    id_number_sealed bytea, phone_sealed bytea, account_sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT p.kind, p.case_id, p.household_id, (
            SELECT coalesce(string_agg(d.name_zh, '' ORDER BY d.code), '') FROM division d
            WHERE d.code IN (left(h.division, 9), h.division) AND d.valid @> day) || coalesce(v.natural_village, ''),
        f.member_id, f.name, f.id_number_sealed, c.phone_sealed, c.account_sealed
    FROM unnest(kinds, case_ids, ids) AS u (kind, case_id, household_id)
    JOIN purpose p USING (kind, case_id, household_id) JOIN household h ON h.id = p.household_id
    LEFT JOIN household_contact c ON c.household_id = h.id AND upper_inf(c.known) AND c.valid @> day
    LEFT JOIN household_fact v ON v.household_id = h.id AND upper_inf(v.known) AND v.valid @> day
    JOIN LATERAL (
        SELECT x.member_id, x.name, m.id_number_sealed FROM member_fact x JOIN member m ON m.id = x.member_id
        WHERE x.household_id = h.id AND upper_inf(x.known) AND NOT isempty(x.valid) AND lower(x.valid) <= day
            AND CASE WHEN p.person IS NULL THEN x.relation = 'head' ELSE m.reference = p.person END
        ORDER BY lower(x.valid) DESC LIMIT 1) f ON true
    WHERE p.role = current_setting('app.role', true) AND p.days @> day
        AND (p.{of_bank} OR p.bank IS NULL AND {in_area})
$$;
"""
TABLE = """
CREATE TABLE account_change (
    id uuid PRIMARY KEY, household_id uuid NOT NULL REFERENCES household, division text COLLATE "C" NOT NULL,
    since date NOT NULL, account_sealed bytea,
    state text NOT NULL CHECK (state IN ('reported', 'confirmed', 'rejected')),
    reported_on date NOT NULL, reported_by text NOT NULL, decided_on date, decided_by text,
    procedure_version integer NOT NULL CHECK (procedure_version >= 1), since_on date NOT NULL, due_on date,
    CHECK (since <= reported_on), CHECK (decided_on >= reported_on),
    CHECK (account_sealed IS NOT NULL OR state = 'rejected'), CHECK (due_on IS NOT NULL OR state <> 'reported'),
    CONSTRAINT account_change_decider_is_not_reporter CHECK (decided_by <> reported_by),
    CHECK (num_nulls(decided_on, decided_by) = CASE WHEN state = 'reported' THEN 2 ELSE 0 END));
CREATE UNIQUE INDEX account_change_one_open ON account_change (household_id) WHERE state = 'reported';
CREATE INDEX ON account_change (division, id);
CREATE INDEX ON account_change (household_id, id);
CREATE INDEX ON account_change (state, id);
CREATE INDEX ON account_change (state, division, id);
CREATE INDEX ON account_change (state, division, due_on, id) WHERE state = 'reported';
CREATE INDEX ON account_change (state, due_on, id) WHERE state = 'reported';
"""
# A household moves when nothing waits for its old township: neither where it is paid. The function is long, and says
# the rest as it did.
HINDERS = """
DO $$
DECLARE
    said text := pg_get_functiondef('moving_households(uuid[])'::regprocedure);
    before text := 'OR EXISTS (SELECT FROM claim c';
BEGIN
    ASSERT strpos(said, before) > 0;
    EXECUTE replace(said, before, 'OR EXISTS (SELECT FROM account_change c WHERE c.household_id = h.id
                AND c.state = ''reported'')
            ' || before);
END $$;
"""


def upgrade() -> None:
    run(COLUMNS)
    run(LAND)
    run(PEOPLE.format(of_bank=OF_BANK, in_area=IN_AREA.format(column="h.division")))
    run(TABLE)
    run(HINDERS)
    restrict_by_area("registry", "account_change")
    run("REVOKE DELETE, TRUNCATE ON account_change FROM registry_app, system")
    narrow("account_change")
    audit("account_change")
    open_to_the_narrowed("registry")
