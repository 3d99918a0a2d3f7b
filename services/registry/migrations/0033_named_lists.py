"""Lists show the names of heads: a page that somebody read is one look, which each household on it can see."""

from shared.data.ddl import run
from shared.data.ddl.m0006 import BOUND, NAMES, NARROWED

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE disclosure ADD COLUMN division text COLLATE "C", ADD COLUMN shown uuid[],
    DROP CONSTRAINT disclosure_kind_check, DROP CONSTRAINT disclosure_check,
    ADD CONSTRAINT disclosure_kind_check
        CHECK (kind IN ('loan', 'payout', 'survey', 'searched', 'found', 'opened', 'listed')),
    ADD CONSTRAINT disclosure_check CHECK ((household_id IS NULL) = (kind IN ('searched', 'listed'))),
    ADD CONSTRAINT disclosure_of_a_list CHECK ((kind = 'listed') = (division IS NOT NULL)
        AND (shown IS NULL OR kind = 'listed' AND cardinality(shown) = households));
CREATE INDEX disclosure_shown ON disclosure USING gin (shown) WHERE kind = 'listed';
"""
MINE = """
ALTER POLICY {name} ON disclosure USING (household_id = ANY (ARRAY({mine}))
    OR kind = 'listed' AND shown && ARRAY({mine}))
"""
# Whether an array holds something is nothing that row-level security lets an index answer: this asks it for those who
# may read every look, and for who lives there.
LISTS = """
CREATE FUNCTION lists_with(home uuid) RETURNS SETOF disclosure
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT d.* FROM disclosure d WHERE d.kind = 'listed' AND d.shown @> ARRAY[home] AND (
        current_setting('app.role', true) IN ('county', 'auditor')
        OR current_setting('app.role', true) = 'villager' AND home IN ({mine}))
$$;
REVOKE ALL ON FUNCTION lists_with FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lists_with TO registry_app, system, {narrowed};
"""


def upgrade() -> None:
    mine = BOUND["villager"].strip()
    run(COLUMNS)
    run(MINE.format(name=NAMES["villager"], mine=mine))
    run(LISTS.format(mine=mine, narrowed=", ".join(NARROWED)))
