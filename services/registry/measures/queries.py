"""All SQL about measures."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import Date, select
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.measures.tables import measure
from shared.data.sql import Connection, Row, execute, fetch, parameter, sql, statement

_OF_HOUSEHOLD = statement(
    select(measure)
    .where(measure.c.household_id == parameter("household_id", measure.c.household_id))
    .order_by(measure.c.started_on, measure.c.id)
)
# The division is the register's own. One source is one measure, however often it is said to have started.
_START = sql(
    """
    INSERT INTO measure AS m (id, household_id, division, kind, source, started_on)
    SELECT uuidv7(), h.id, h.division, :kind, s, o FROM unnest(:ids, :sources, :started_on) AS x (i, s, o)
    JOIN household h ON h.id = i ORDER BY s
    ON CONFLICT (kind, source) DO UPDATE SET started_on = least(m.started_on, excluded.started_on)
""",
    started_on=ARRAY(Date),
)
_END = sql(
    """
    UPDATE measure m SET ended_on = o FROM unnest(:sources, :ended_on) AS x (s, o)
    WHERE m.kind = :kind AND m.source = s
""",
    ended_on=ARRAY(Date),
)


async def list_measures(connection: Connection, household_id: UUID) -> list[Row]:
    """A household's measures, the oldest first, within the caller's area."""
    return await fetch(connection, _OF_HOUSEHOLD, household_id=household_id)


async def start_measures(connection: Connection, kind: str, started: Mapping[str, tuple[UUID, date]]) -> None:
    """`started`: household and first day by source. Raises RowCountError where a household is not in the register."""
    await execute(
        connection,
        _START,
        rows=len(started),
        kind=kind,
        sources=list(started),
        ids=[household_id for household_id, _ in started.values()],
        started_on=[on for _, on in started.values()],
    )


async def end_measures(connection: Connection, kind: str, ended: Mapping[str, date], *, all_begun: bool) -> None:
    """`ended`: last day by source. Raises RowCountError where `all_begun` and a measure never started."""
    await execute(
        connection,
        _END,
        rows=len(ended) if all_begun else None,
        kind=kind,
        sources=list(ended),
        ended_on=list(ended.values()),
    )
