"""Closing a month: what it counted stands from then on, whatever is learned of it later."""

from collections.abc import Iterator

from services.registry.statistics import queries
from services.registry.statistics.rules import (
    CUTS,
    Cut,
    Dimension,
    StatisticsPolicy,
    age_names,
    born_before,
    hidden,
    last_day,
)
from services.registry.statistics.tables import Cell, StatisticCell, StatisticMonth
from shared.data.revisions import AsOf
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem


async def count_by(
    connection: Connection, as_of: AsOf, policy: Policy, division: str, by: Dimension, across: Dimension | None
) -> list[Cell]:
    """By one or two dimensions, ages by the groups in force."""
    ages = policy.on(as_of.on, StatisticsPolicy).age_groups
    cells = await queries.count_by(connection, as_of, division, by, across, born_before(as_of.on, ages))
    return [*_named(cells, by, across, age_names(ages))]


def _named(cells: list[Cell], by: Dimension, across: Dimension | None, ages: list[str]) -> Iterator[Cell]:
    for cell in cells:
        one = cell._replace(key=ages[int(cell.key)]) if by == "age" else cell
        yield one._replace(across=ages[int(one.across)]) if across == "age" and one.across else one


async def close_month(connection: Connection, act: Act, policy: Policy, month: str) -> StatisticMonth:
    """Closed once: who asks again is told when it was.

    Raises:
        Problem: the month is not over.
    """
    ends_on = last_day(month)
    if ends_on >= act.business_date:
        raise Problem("registry.statistics.month_not_over", month=month)
    await queries.lock_months(connection)
    if await queries.find_month(connection, month) is None:
        figures = policy.on(ends_on, StatisticsPolicy)
        cells = [cell for cut in CUTS for cell in await _cut(connection, act, figures, month, cut)]
        await queries.insert_month(connection, month, act.business_date, act.subject, cells)
    closed = await queries.find_month(connection, month)
    assert closed
    return closed


async def _cut(
    connection: Connection, act: Act, figures: StatisticsPolicy, month: str, cut: Cut
) -> list[StatisticCell]:
    ends_on, of_all = last_day(month), cut == "status"
    born, ages = born_before(ends_on, figures.age_groups), age_names(figures.age_groups)
    as_of, area = AsOf(ends_on, asked=True), act.caller.area
    counted = await queries.count_by(connection, as_of, area, "township", cut, born, all_of_them=of_all)
    cells = [(c.key, c.across or "", c) for c in _named(counted, "township", cut, ages)]
    shut = hidden({(township, key): c.people for township, key, c in cells}, figures.least_cell)
    return [
        StatisticCell(month, cut, township, key, c.households, c.people, (township, key) in shut)
        for township, key, c in cells
    ]
