"""What superiors suspect comes as a list of its own kind, with its document and the day until which it is answered."""

from shared.data.ddl import run

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

SUPERIORS = """
ALTER TABLE match_file ADD COLUMN document_no text, ADD COLUMN answer_due_on date,
    DROP CONSTRAINT match_file_kind_check,
    ADD CONSTRAINT match_file_kind_check CHECK (kind IN ('payroll', 'cadres', 'vehicles', 'houses', 'companies',
        'large_growers', 'deaths', 'prison', 'superior')),
    ADD CONSTRAINT match_file_of_superiors
        CHECK (num_nonnulls(document_no, answer_due_on) = CASE kind WHEN 'superior' THEN 2 ELSE 0 END);
CREATE INDEX ON match_file (division, answer_due_on, id) WHERE kind = 'superior';
CREATE INDEX ON match_file (answer_due_on, id) WHERE kind = 'superior';
-- Whether anything that a list raised is still looked into.
CREATE INDEX suspicion_of_a_list ON suspicion (source_id) WHERE state IN ('open', 'looked_into');
"""


def upgrade() -> None:
    run(SUPERIORS)
