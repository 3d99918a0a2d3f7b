"""A version of a household's facts says which of them its own report said; the others it carries from before."""

from shared.data.ddl import run

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Of what is there only a difference tells that it was said.
COLUMN = """
ALTER TABLE household_fact ADD COLUMN own text[] NOT NULL DEFAULT '{}';
SELECT set_config('app.subject', 'system:migration', true), set_config('app.role', 'system', true);
UPDATE household_fact f SET own = ARRAY(
    SELECT n.key FROM jsonb_each(to_jsonb(f)) AS n
    WHERE n.key NOT IN ('id', 'valid', 'known', 'stated_by', 'weight', 'own')
        AND n.value IS DISTINCT FROM to_jsonb(p) -> n.key ORDER BY 1)
FROM household_fact p
WHERE upper_inf(f.known) AND upper_inf(p.known) AND p.household_id = f.household_id
    AND upper(p.valid) = lower(f.valid);
"""


def upgrade() -> None:
    run(COLUMN)
