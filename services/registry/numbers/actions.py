"""Giving household numbers."""

from collections.abc import Sequence

from services.registry.numbers import queries
from services.registry.numbers.rules import next_numbers
from shared.data.sql import Connection


async def give_numbers(connection: Connection, divisions: Sequence[str]) -> list[str]:
    """The next number in each of the villages; they are given to nobody else."""
    if not divisions:
        return []
    await queries.hold_numbers(connection)
    return next_numbers(divisions, await queries.list_last_numbers(connection, divisions))
