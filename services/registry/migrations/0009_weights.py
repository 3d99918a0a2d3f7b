"""Facts carry their weight: how what we hold for true came to be known."""

from shared.data.ddl import run

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# takeover: out of the national register, or from before weights were kept;  statement: somebody said so;
# visit: seen on the spot;  attestation: a department's word;  payment: money that moved;  match: lists held together.
WEIGHTS = "'takeover', 'statement', 'visit', 'attestation', 'payment', 'match'"
TABLES = ("household_fact", "member_fact", "income_line", "village_facility")


def upgrade() -> None:
    for table in TABLES:
        # A constant default touches no row: a million facts have their weight at once, and the audit is not flooded.
        run(f"""
            ALTER TABLE {table} ADD COLUMN weight text NOT NULL DEFAULT 'takeover'
                CONSTRAINT {table}_weight CHECK (weight IN ({WEIGHTS}));
            ALTER TABLE {table} ALTER COLUMN weight SET DEFAULT 'statement';
        """)
