"""DDL of the household's number, by which draws and queues go: an id is random, and another each time."""

from shared.data.ddl import run


def number_households() -> None:
    """Those that were registered before have none until they are revised."""
    run('ALTER TABLE household ADD COLUMN household_no text COLLATE "C"')
