"""DDL of rounds: the county's rounds over its villages' lists, and what ties a case to one."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

TABLE = """
CREATE TABLE case_round (
    id uuid PRIMARY KEY, procedure text NOT NULL, division text COLLATE "C" NOT NULL,
    year integer NOT NULL CHECK (year BETWEEN 2000 AND 2100),
    stages jsonb NOT NULL CHECK (jsonb_typeof(stages) = 'object'), document_no text NOT NULL,
    opened_on date NOT NULL, opened_by text NOT NULL,
    UNIQUE (procedure, year, division));
CREATE INDEX ON case_round (division, id);
"""


def create_round_table(service: str) -> None:
    """A village has one round of a procedure a year."""
    run(TABLE)
    restrict_by_area(service, "case_round")
    audit("case_round")


def run_in_rounds(table: str) -> None:
    """Cases of this table may belong to a round; those that are under way belong to none."""
    run(f"ALTER TABLE {table} ADD COLUMN case_round_id uuid REFERENCES case_round")
    run(f"CREATE INDEX ON {table} (case_round_id) WHERE case_round_id IS NOT NULL")
