"""What departments attested of a person follows him into another household; nobody lives in one that merged."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import IN_AREA
from shared.data.ddl.m0006 import open_to_the_narrowed

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

# Who takes a person in does not see where he lived: this tells him of those whose arrival he has just confirmed, and of
# nothing but what departments answer for.
ATTESTED = """
CREATE FUNCTION persons_attested(members uuid[])
RETURNS TABLE (member_id uuid, field text, unit text, value jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT ON (m.id, a.key) m.id, a.key, a.value, l.said -> a.key
    FROM member m JOIN member_fact f ON f.member_id = m.id AND upper_inf(f.known) AND NOT isempty(f.valid)
    CROSS JOIN LATERAL jsonb_each_text(f.attested) a
    CROSS JOIN LATERAL (SELECT to_jsonb(x) AS said FROM member_fact x
        WHERE x.member_id = m.id AND upper_inf(x.known) AND NOT isempty(x.valid)
        ORDER BY lower(x.valid) DESC LIMIT 1) l
    WHERE m.id = ANY(members) AND EXISTS (SELECT FROM arrival t WHERE t.reference = m.reference
        AND t.state = 'confirmed' AND t.decided_by = current_setting('app.subject', true) AND ({here}))
    ORDER BY m.id, a.key, lower(f.valid) DESC
$$;
REVOKE ALL ON FUNCTION persons_attested FROM PUBLIC;
GRANT EXECUTE ON FUNCTION persons_attested TO registry_app, system;
"""
# The people of a household that merged live in the one that stays.
MERGED = """
SELECT set_config('app.subject', 'system:migration', true), set_config('app.role', 'system', true);
DELETE FROM resident r USING household_merge c WHERE c.other_id = r.household_id AND c.state = 'confirmed';
"""


def upgrade() -> None:
    run(ATTESTED.format(here=IN_AREA.format(column="t.division")))
    run(MERGED)
    open_to_the_narrowed("registry")
