"""The household's number, by which lots are numbered, and the sealed secret of who froze the list."""

from shared.data.ddl import run
from shared.data.ddl.m0005 import number_households

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# What was frozen before was numbered by chance: it has no secret. Until the draw nobody can read it.
OF_ROUNDS = """
ALTER TABLE allocation_round ADD COLUMN secret_hash text CHECK (secret_hash ~ '^[0-9a-f]{64}$'),
    ADD COLUMN secret_sealed bytea, ADD COLUMN secret text,
    ADD CHECK (num_nulls(secret_hash, secret_sealed) IN (0, 2)),
    ADD CONSTRAINT round_secret_until_drawn CHECK (secret IS NULL OR state = 'drawn');
"""


def upgrade() -> None:
    number_households()
    run(OF_ROUNDS)
