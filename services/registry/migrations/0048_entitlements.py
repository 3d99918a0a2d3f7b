"""What departments alone know of people: the level of a disability, and what of care somebody has."""

from shared.data.ddl import run

revision = "0048"
down_revision = "0046"
branch_labels = None
depends_on = None

# What nobody has attested yet is empty.
CARE = """
ALTER TABLE member_fact
    ADD COLUMN disability_level integer CHECK (disability_level BETWEEN 1 AND 4), ADD COLUMN family_doctor boolean,
    ADD COLUMN chronic_card boolean, ADD COLUMN assistive_device boolean, ADD COLUMN rehabilitation boolean,
    ADD COLUMN home_adapted boolean;
"""


def upgrade() -> None:
    run(CARE)
