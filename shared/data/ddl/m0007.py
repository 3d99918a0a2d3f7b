"""DDL by which a household is found by its number, as lists are asked for it."""

from shared.data.ddl import run


def index_numbers() -> None:
    run("CREATE INDEX ON household (household_no)")
