"""All SQL about measures."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.measures.rules import Kind
from services.registry.measures.tables import Listed
from shared.acts.dossiers import lists
from shared.data.sql import Connection, execute, fetch_or_not_found, fetch_values, sql

OF_HOUSEHOLD = "SELECT * FROM measure WHERE household_id = :household_id ORDER BY started_on, id"
# With the household itself: a read that finds none says so in the same round trip.
_LIST = sql(f"SELECT {lists(measures=OF_HOUSEHOLD)} FROM household WHERE id = :household_id", Listed)
# The division is the register's own. One source is one measure, however often it is said to have started; what had
# ended by a mistake and is said again goes on.
_START = sql("""
    INSERT INTO measure AS m (id, household_id, division, kind, source, started_on)
    SELECT uuidv7(), h.id, h.division, :kind, u.source, u.started_on
    FROM unnest(:ids, :sources, :days) AS u (household_id, source, started_on)
    JOIN household h ON h.id = u.household_id ORDER BY u.source
    ON CONFLICT (kind, source) DO UPDATE SET started_on = least(m.started_on, excluded.started_on),
        ended_on = NULL
    """)
_END = sql("""
    UPDATE measure m SET ended_on = u.ended_on FROM unnest(:sources, :days) AS u (source, ended_on)
    WHERE m.kind = :kind AND m.source = u.source
    """)


# Whatever was said before.
_RESTATE = sql(
    """
    INSERT INTO measure AS m (id, household_id, division, kind, source, started_on, ended_on)
    SELECT uuidv7(), h.id, h.division, :kind, u.source, u.started_on, u.ended_on
    FROM unnest(:ids, :sources, :days, :ends) AS u (household_id, source, started_on, ended_on)
    JOIN household h ON h.id = u.household_id ORDER BY u.source
    ON CONFLICT (kind, source) DO UPDATE SET started_on = excluded.started_on, ended_on = excluded.ended_on
    """,
    ends=ARRAY(Date),
)
# What should not have been given was no help.
_WITHDRAW = sql("DELETE FROM measure WHERE kind = :kind AND source = ANY(:sources)")
_WITHDRAW_PAID = sql("DELETE FROM measure WHERE kind = ANY(:kinds) AND source = ANY(:sources)")
_RUNNING = sql("""
    SELECT DISTINCT household_id FROM measure
    WHERE household_id = ANY(:ids) AND kind = ANY(:kinds) AND ended_on IS NULL
    """)


async def list_running(connection: Connection, household_ids: Sequence[UUID], kinds: Sequence[Kind]) -> set[UUID]:
    """Those of the households whose help of one of these kinds goes on."""
    return set(await fetch_values(connection, _RUNNING, ids=list(household_ids), kinds=list(kinds)))


async def list_measures(connection: Connection, household_id: UUID) -> list[dict[str, Any]]:
    """The oldest first. Raises Problem `shared.not_found`, also where the household lies outside the caller's area."""
    return (await fetch_or_not_found(connection, _LIST, household_id=household_id)).measures


async def start_measures(connection: Connection, kind: Kind, started: Mapping[str, tuple[UUID, date]]) -> None:
    """`started`: household and first day by source. Raises RowCountError where a household is not in the register."""
    ids, days = zip(*started.values(), strict=True)
    await execute(connection, _START, rows=len(started), kind=kind, sources=list(started), ids=ids, days=days)


async def end_measures(connection: Connection, kind: Kind, ended: Mapping[str, date], *, all_begun: bool) -> None:
    """`ended`: last day by source. Raises RowCountError where `all_begun` and a measure never started."""
    rows = len(ended) if all_begun else None
    await execute(connection, _END, rows=rows, kind=kind, sources=list(ended), days=list(ended.values()))


async def restate_measures(
    connection: Connection, kind: Kind, stated: Mapping[str, tuple[UUID, date, date | None]]
) -> None:
    """`stated`: household, first and last day by source. Raises RowCountError where a household is not in the
    register.
    """
    ids, days, ends = zip(*stated.values(), strict=True)
    rows = len(stated)
    await execute(connection, _RESTATE, rows=rows, kind=kind, sources=list(stated), ids=ids, days=days, ends=ends)


async def withdraw_measures(connection: Connection, kind: Kind, sources: list[str]) -> None:
    """Raises RowCountError where one of them never started."""
    await execute(connection, _WITHDRAW, rows=len(sources), kind=kind, sources=sources)


async def withdraw_paid(connection: Connection, kinds: Sequence[Kind], sources: Sequence[str]) -> None:
    """Most payments are no measures."""
    await execute(connection, _WITHDRAW_PAID, rows=None, kinds=list(kinds), sources=list(sources))
