"""A house's grade is one of a list, as rows say it; what is listed by state is found by it."""

from shared.data.ddl import run

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

WORDS_AND_INDEXES = """
ALTER TABLE household_fact DROP CONSTRAINT household_fact_house_grade_check;
ALTER TABLE household_fact ADD CONSTRAINT household_fact_house_grade_check
    CHECK (house_grade IN ('A', 'B', 'C', 'D'));
-- Lists by state, of a county and of a village.
CREATE INDEX ON departure (state, id);
CREATE INDEX ON departure (state, division, id);
CREATE INDEX ON amendment (kind, id);
-- What a subscriber asked.
CREATE INDEX ON resolution (subject, id);
"""


def upgrade() -> None:
    run(WORDS_AND_INDEXES)
