"""Keeping a household's measures: they start and end with what gave them."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from services.registry.households.actions import require_households
from services.registry.measures import queries
from services.registry.measures.rules import Kind
from shared.data.sql import Connection

# An application may end before it was ever agreed on; what else ends has begun.
MAY_END_UNBEGUN = ("relocation",)


async def start_measures(connection: Connection, kind: Kind, started: Mapping[str, tuple[UUID, date]]) -> None:
    """`started`: household and first day by source.

    Raises:
        WaitError: a household is not in the register yet.
    """
    await require_households(connection, [household_id for household_id, _ in started.values()])
    await queries.start_measures(connection, kind, started)


async def end_measures(connection: Connection, kind: Kind, ended: Mapping[str, date]) -> None:
    """`ended`: last day by source."""
    await queries.end_measures(connection, kind, ended, all_begun=kind not in MAY_END_UNBEGUN)


async def restate_measures(
    connection: Connection, kind: Kind, stated: Mapping[str, tuple[UUID, date, date | None]], never: Sequence[str]
) -> None:
    """`stated`: household, first and last day by source, whatever was said before; `never` was given at all.

    Raises:
        WaitError: a household is not in the register yet.
    """
    await require_households(connection, [household_id for household_id, _, _ in stated.values()])
    if stated:
        await queries.restate_measures(connection, kind, stated)
    await queries.withdraw_paid(connection, [kind], never)


async def withdraw_paid(connection: Connection, kinds: Sequence[Kind], sources: Sequence[str]) -> None:
    """These payments did not arrive, whatever they were for: those of such kinds are measures no more."""
    await queries.withdraw_paid(connection, kinds, sources)


async def withdraw_measures(connection: Connection, kind: Kind, sources: list[str]) -> None:
    """They should not have been given: they are measures no more."""
    await queries.withdraw_measures(connection, kind, sources)
