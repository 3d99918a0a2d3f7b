"""Doors to statistics: counted as of any day for officials, fixed by month for everybody."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.registry.statistics import actions, queries
from services.registry.statistics.rules import Cut, Dimension
from services.registry.statistics.schemas import (
    CellShown,
    FixedCell,
    FixedMonth,
    Month,
    MonthShown,
    MonthToClose,
    Statistics,
)
from shared.acts.bodies import CodeCursor, Page, page
from shared.doors.http import CurrentPolicy, Paging, Reading, Transaction, by, current_act
from shared.doors.moments import AskedAsOf
from shared.ground.context import Act
from shared.ground.problems import Problem
from shared.values.inputs import Area

router = APIRouter(prefix="/statistics", tags=["statistics"])

# Whoever answers for the county, or audits it, sees small cells too.
SEES_ALL = ("county", "township", "auditor")


@router.get("/figures", dependencies=[by("county", "township", "village", "team", "auditor")])
async def count(
    connection: Paging,
    policy: CurrentPolicy,
    as_of: AskedAsOf,
    division: Area,
    counted_by: Annotated[Dimension, Query(alias="by")],
    across: Dimension | None = None,
) -> Statistics:
    """Households and people of a division by one or two of what is known of them, as of a day, by what was known at a
    moment. Who was struck is not counted.
    """
    cells = await actions.count_by(connection, as_of, policy, division, counted_by, across)
    return Statistics(
        division=division,
        on=as_of.on,
        known_at=as_of.known_at,
        by=counted_by,
        across=across,
        cells=[CellShown(**cell._asdict()) for cell in cells],
    )


@router.post("/months")
async def close_month(
    body: MonthToClose, connection: Transaction, policy: CurrentPolicy, act: Annotated[Act, by("county")]
) -> MonthShown:
    """Fix a month that is over, as it is known now: it is counted once, and reads the same ever after."""
    closed = await actions.close_month(connection, act, policy, body.month)
    return MonthShown(month=closed.month, closed_on=closed.closed_on)


@router.get("/months")
async def list_months(connection: Paging, at: CodeCursor) -> Page[MonthShown]:
    """The months that are fixed, in order."""
    return page(MonthShown, await queries.list_months(connection, at), at, key="month")


@router.get("/months/{month}")
async def get_month(
    month: Month, connection: Reading, act: Annotated[Act, Depends(current_act)], cut: Cut
) -> FixedMonth:
    """A cut of a fixed month by township. Outsiders are not shown where so few are meant that they could be told."""
    if await queries.find_month(connection, month) is None:
        raise Problem("shared.not_found")
    sees_all = act.caller.role in SEES_ALL
    rows = await queries.list_cells(connection, month, cut, act.caller.area[:6])
    cells = [
        FixedCell(division=r.division, key=r.key, households=r.households, people=r.people)
        if sees_all or not r.hidden
        else FixedCell(division=r.division, key=r.key, households=None, people=None)
        for r in rows
    ]
    return FixedMonth(month=month, cut=cut, cells=cells)
