"""What nobody looks into holds nobody up for ever; whoever is suspected is told so, and nothing of who said it."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import IN_AREA
from shared.data.ddl.m0006 import BOUND, open_to_the_narrowed

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

TABLE = """
ALTER TABLE suspicion ADD lapsed_on date CHECK (lapsed_on > raised_on);
CREATE INDEX suspicion_unlooked ON suspicion (since_on, id) WHERE state = 'open' AND lapsed_on IS NULL;
CREATE INDEX ON suspicion ((state = 'open' AND lapsed_on IS NOT NULL), id);
CREATE INDEX ON suspicion ((state = 'open' AND lapsed_on IS NOT NULL), division, id);
"""
# A villager sees no row of suspicions: the function tells him of his own, where he lives now, what he may know of it.
OWN = """
CREATE FUNCTION own_suspicions() RETURNS TABLE (
    id uuid, household_id uuid, code text, raised_on date, state text, since_on date, due_on date, settled_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT s.id, s.household_id, s.code, s.raised_on, s.state, s.since_on, s.due_on, s.settled_on FROM suspicion s
    JOIN household h ON h.id = s.household_id
    WHERE current_setting('app.role', true) = 'villager' AND s.household_id = ANY (ARRAY({mine})) AND {here}
$$;
REVOKE ALL ON FUNCTION own_suspicions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION own_suspicions TO registry_app;
"""


def upgrade() -> None:
    run(TABLE)
    run(OWN.format(mine=BOUND["villager"], here=IN_AREA.format(column="h.division")))
    open_to_the_narrowed("registry")
