"""DDL of households of which something is suspected, kept wherever something new is given to a household."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import HAS_CONTEXT, restrict
from shared.data.ddl.m0006 import open_to_the_narrowed

# A suspicion may come before the household itself does: no foreign key.
TABLE = """
CREATE TABLE suspected_household (
    suspicion_id uuid PRIMARY KEY, household_id uuid NOT NULL, raised_on date NOT NULL, released_on date,
    CHECK (released_on >= raised_on));
CREATE INDEX ON suspected_household (household_id) WHERE released_on IS NULL;
"""


def create_suspicion_table(service: str) -> None:
    """Open to every caller: it is asked for ids that he sees already, and names nothing else."""
    run(TABLE)
    restrict(service, "suspected_household", HAS_CONTEXT)
    open_to_the_narrowed(service)
