"""Screening what villages and people wrote, computed from the facts whenever somebody asks."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from services.registry.exits.rules import income_year_for, members_counted_on
from services.registry.households.rules import CATEGORIES
from services.registry.screening import queries
from services.registry.screening.queries import PersonsDay, StatedIncome
from services.registry.screening.rules import (
    Found,
    Said,
    ScreeningPolicy,
    WindowPolicy,
    counted,
    screened,
    together,
    without,
)
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem


class Window(NamedTuple):
    """What was written behind `since`, up to `on`, of which income year."""

    income_year: int
    since: date
    on: date


class Written(NamedTuple):
    """What a county wrote, and what each of its villages, or people, would hardly have written by chance."""

    window: Window
    incomes: list[StatedIncome]
    days: list[PersonsDay]
    villages: Mapping[str, tuple[Found, ...]]
    reviewers: Mapping[str, tuple[Found, ...]]


def said_of(income: StatedIncome) -> Said:
    return Said(income.members, dict(zip(CATEGORIES, income.amounts_fen, strict=True)))


async def screen(connection: Connection, act: Act, policy: Policy) -> Written:
    """The caller's whole county as of the business date: a village is judged against all others."""
    on, area = act.business_date, act.caller.area
    figures, asked = policy.on(on, ScreeningPolicy), policy.on(on, WindowPolicy)
    window = Window(income_year_for(on), on - timedelta(days=asked.screening_window_days), on)
    incomes = await queries.list_incomes(connection, area, *window, members_counted_on(on))
    days = await queries.list_days(connection, area, window.since, on)
    decided = await queries.list_decided(connection, area, asked.screening_steps, window.since, on)
    return Written(
        window,
        incomes,
        days,
        _judged(incomes, days, lambda row: row.division, figures),
        _judged(incomes, [*days, *decided], _writer, figures),
    )


async def screen_reviewers(connection: Connection, act: Act, policy: Policy) -> Written:
    """As `screen`, for who asks about people.

    Raises:
        Problem: the caller is one of them.
    """
    written = await screen(connection, act, policy)
    if act.subject in written.reviewers:
        raise Problem("registry.screening.on_the_list")
    return written


def _writer(row: StatedIncome | PersonsDay) -> str:
    return row.stated_by if isinstance(row, StatedIncome) else row.subject


def _judged(
    incomes: Sequence[StatedIncome],
    days: Iterable[PersonsDay],
    owner: Callable[[StatedIncome | PersonsDay], str],
    figures: ScreeningPolicy,
) -> dict[str, tuple[Found, ...]]:
    """By owner, in order; a person's day is one day, in however many villages."""
    said, busy = defaultdict[str, list[Said]](list), defaultdict[str, dict[tuple[str, date], int]](dict)
    for income in incomes:
        said[owner(income)].append(said_of(income))
    for row in days:
        of, day = busy[owner(row)], (row.subject, row.day)
        of[day] = of.get(day, 0) + row.households
    own = {one: counted(said[one], busy[one].values(), figures) for one in sorted({*said, *busy})}
    whole = together(own.values())
    return {one: screened(part, without(whole, part), figures) for one, part in own.items()}
