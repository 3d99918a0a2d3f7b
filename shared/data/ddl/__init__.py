"""DDL that migrations of several services call, by number: what a number says it says for good.

A migration that has run somewhere calls the same module for ever, so a fresh database is what a running one became.
What comes next stands under the next number, beside the others.
"""

from typing import Any

from alembic import op


def run(script: str) -> None:
    """Execute a script of several statements inside the migration's transaction."""
    bind = op.get_bind()
    bind.exec_driver_sql("SELECT 1")  # the adapter begins its transaction with the first statement
    connection: Any = bind.connection.dbapi_connection
    connection.run_async(lambda raw: raw.execute(script))
