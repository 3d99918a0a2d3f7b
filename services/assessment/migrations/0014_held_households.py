"""Whom nobody is asked about or paired with any more: struck from the register, or frozen by a confirmed case."""

from shared.data.ddl import run

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Row-level security hides a case of the village that a household came from: the answer is which, and by what code.
FUNCTION = """
CREATE FUNCTION held_households(ids uuid[]) RETURNS TABLE (household_id uuid, code text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT h.id, 'shared.household_removed' FROM household h WHERE h.id = ANY(ids) AND h.status = 'removed'
    UNION ALL SELECT DISTINCT c.household_id, 'shared.frozen' FROM case_household c JOIN household h
        ON h.id = c.household_id AND h.status <> 'removed'
    WHERE c.household_id = ANY(ids) AND c.confirmed_on IS NOT NULL AND c.reviewed_on IS NULL
$$;
REVOKE ALL ON FUNCTION held_households FROM PUBLIC;
GRANT EXECUTE ON FUNCTION held_households TO assessment_app, system;
"""


def upgrade() -> None:
    run(FUNCTION)
