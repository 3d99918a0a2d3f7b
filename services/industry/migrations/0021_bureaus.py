"""Bureaus of the county take steps of their own: what waits is asked by version too; forests are listed."""

from shared.data.ddl import run

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# Tables whose procedures have a second version since, and the states in which they wait.
CASES = {
    "payment_revocation": ("proposed",),
    "post_assignment": ("proposed", "checked", "held"),
    "training_certificate": ("recorded",),
    "certificate_revocation": ("proposed",),
}
# What waits for a bank does so under either version, and goes by the indexes that there are: walked by version in the
# order of its days, PostgreSQL reads every other bank's batches.
BATCHES = """
CREATE INDEX ON payout_batch (procedure_version, state, division, due_on, id) WHERE state = 'made';
CREATE INDEX ON payout_batch (procedure_version, state, due_on, id) WHERE state = 'made';
"""
FORESTS = """
CREATE INDEX ON forest_plot (household_id, id);
CREATE INDEX ON forest_plot (division, id);
CREATE INDEX ON forest_acceptance (household_id, id);
CREATE INDEX ON forest_acceptance (division, id);
DROP INDEX forest_plot_household_id_idx;
DROP INDEX forest_acceptance_household_id_idx;
"""


def upgrade() -> None:
    for table, states in CASES.items():
        waiting = ", ".join(f"'{state}'" for state in states)
        run(f"""
            DROP INDEX {table}_state_division_due_on_id_idx;
            DROP INDEX {table}_state_due_on_id_idx;
            CREATE INDEX ON {table} (procedure_version, state, division, due_on, id) WHERE state IN ({waiting});
            CREATE INDEX ON {table} (procedure_version, state, due_on, id) WHERE state IN ({waiting});
        """)
    run(BATCHES)
    run(FORESTS)
