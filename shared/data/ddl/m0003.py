"""DDL of procedures: the log of steps that every service has, and what a table of cases carries for the engine."""

from shared.data.ddl import run
from shared.data.ddl.m0001 import audit, restrict_by_area

TABLE = """
CREATE TABLE case_step (
    id uuid PRIMARY KEY DEFAULT uuidv7(), case_id uuid NOT NULL, procedure text NOT NULL,
    division text COLLATE "C" NOT NULL, bank text, step text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('passed', 'failed')),
    acted_on date NOT NULL, acted_by text NOT NULL, role text NOT NULL, detail jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX ON case_step (case_id);
"""


def create_case_step_table(service: str, *, bank: bool = False) -> None:
    """A step that was taken stays taken, by whom and when it was."""
    run(TABLE)
    restrict_by_area(service, "case_step", bank=bank)
    run(f"REVOKE UPDATE, DELETE, TRUNCATE ON case_step FROM {service}_app, system")
    audit("case_step")


def make_cases(table: str, since: str, open_states: tuple[str, ...], days: int = 7) -> None:
    """Let the engine lead a table of cases: version of its procedure, since when it stands where it does, until when.

    Cases that are under way began under the first version; they stand where they do since `since`, an expression over
    their columns, and get `days` from then. What waits is asked by one index for a village, by the other for a county.
    """
    states = ", ".join(f"'{state}'" for state in open_states)
    run(f"""
        ALTER TABLE {table} ADD COLUMN procedure_version integer NOT NULL DEFAULT 1 CHECK (procedure_version >= 1);
        ALTER TABLE {table} ADD COLUMN since_on date;
        ALTER TABLE {table} ADD COLUMN due_on date;
        SELECT set_config('app.subject', 'system:migration', true), set_config('app.role', 'system', true);
        UPDATE {table} SET since_on = {since}, due_on = CASE WHEN state IN ({states}) THEN {since} + {days} END;
        ALTER TABLE {table} ALTER COLUMN since_on SET NOT NULL;
        ALTER TABLE {table} ADD CHECK (due_on IS NOT NULL OR state NOT IN ({states}));
        CREATE INDEX ON {table} (state, division, due_on, id) WHERE state IN ({states});
        CREATE INDEX ON {table} (state, due_on, id) WHERE state IN ({states});
    """)
