"""Earnings: projects, works and shops, posts, training, forestry. Stations and payments are in `power`."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, TypeVar

from scenario.actors import jobs, ventures
from scenario.world import Outcome, attended_days, measured_quantity
from scenario.world.entities import coop_key
from scenario.year import YEAR, Day, Deed, Year, everywhere

T = TypeVar("T")

BEGINNING = date(YEAR - 1, 12, 31)
REPORTED, ACCEPTED = 26, 28  # days of the month: villages report, townships measure
PART_DAYS = (*(date(YEAR, month, 27) for month in range(4, 12)), date(YEAR, 12, 11))
CROPS_COUNTED, TRADE_COUNTED = date(YEAR, 9, 29), date(YEAR, 12, 12)
TRADES = ("shop", "farmhouse")
PLOT_DAYS = (date(YEAR, 4, 3), date(YEAR, 5, 30))
LABOUR_DAYS = (date(YEAR, 5, 28), date(YEAR, 10, 25))


def earnings(year: Year) -> Any:
    """The world's earnings; actors say by protocols of their own what they need to know of them."""
    return year.world.earnings


def grouped(items: Iterable[T], place: Callable[[T], str]) -> dict[str, list[T]]:
    """Items by where they are, places in order."""
    found: dict[str, list[T]] = {}
    for item in items:
        found.setdefault(place(item), []).append(item)
    return dict(sorted(found.items()))


def before(days: Sequence[date], day: date) -> date:
    """The day in the list before this one: what came after it is new."""
    return next((earlier for earlier, later in pairwise(days) if later == day), BEGINNING)


async def register_entities(year: Year, _day: date) -> None:
    await ventures.register_entities(year.api, earnings(year).entities.values())


async def plan_projects(year: Year, _day: date) -> None:
    await ventures.plan(year.api, earnings(year).ventures.projects)


async def report_ventures(year: Year, day: date) -> None:
    """What came to its end since the last report."""
    done = grouped(_done(year, day), lambda o: o.division)

    async def report(village: str) -> None:
        await ventures.report(year.api, village, {o.key: o.reported_x100 for o in done[village]}, day)

    await everywhere(list(done), report)


async def accept_ventures(year: Year, day: date) -> None:
    done = grouped(_done(year, day.replace(day=REPORTED)), lambda o: o.division[:9])

    async def measure(township: str) -> None:
        found = {o.key: measured_quantity(year.world.seed, o) for o in done[township]}
        await ventures.accept(year.api, township, found, day)

    await everywhere(list(done), measure)


def _done(year: Year, day: date) -> list[Outcome]:
    since = BEGINNING if day.month == 1 else date(YEAR, day.month - 1, REPORTED)
    outcomes = earnings(year).ventures.outcomes.values()
    return [o for o in outcomes if o.done_on is not None and since < o.done_on <= day]


async def take_part(year: Year, day: date) -> None:
    """Households begin a trade, or their part of a crop or herd."""
    known, since = await year.households(), before(PART_DAYS, day)
    begun = [p for p in earnings(year).jobs.parts if since < p.started_on <= day]
    by_village = grouped(begun, lambda p: p.household_no[:12])

    async def report(village: str) -> None:
        parts = [(p, f"{p.kind}/{village[:9] if p.kind == 'shop' else village}") for p in by_village[village]]
        await ventures.take_part(year.api, village, parts, known)

    await everywhere(list(by_village), report)


async def accept_parts(year: Year, day: date) -> None:
    """Crops and herds in autumn, trades at the end of the year: some are closed again."""
    trades = day == TRADE_COUNTED
    parts = [p for p in earnings(year).jobs.parts if (p.kind in TRADES) == trades]
    by_township = grouped(parts, lambda p: p.household_no[:9])

    async def measure(township: str) -> None:
        found = {p.key: 0 if p.ended_on and p.ended_on <= day else p.quantity_x100 for p in by_township[township]}
        await ventures.accept_parts(year.api, township, found, day)

    await everywhere(list(by_township), measure)


async def spend(year: Year, day: date) -> None:
    asked = [s for s in earnings(year).ventures.spendings if s.spent_on.month == day.month]
    await ventures.spend(year.api, asked)


async def open_posts(year: Year, _day: date) -> None:
    await jobs.open_posts(year.api, earnings(year).jobs.posts)


async def propose_posts(year: Year, day: date) -> None:
    known, by_village = await year.households(), grouped(_next_posts(year, day), lambda p: p.division)
    await everywhere(list(by_village), lambda v: jobs.propose(year.api, v, by_village[v], known))


async def check_posts(year: Year, day: date) -> None:
    by_township = grouped(_next_posts(year, day), lambda p: p.division[:9])
    await everywhere(list(by_township), lambda t: jobs.check_proposals(year.api, t))


def _next_posts(year: Year, day: date) -> list[Any]:
    """Those whose work begins next month."""
    return [p for p in earnings(year).jobs.posts if p.month_on.month == day.month + 1]


async def count_days(year: Year, day: date) -> None:
    """Of the month that is over."""
    month_on = date(YEAR, day.month - 1, 1)
    working = [p for p in earnings(year).jobs.posts if p.month_on <= month_on]
    by_village = grouped(working, lambda p: p.division)

    async def count(village: str) -> None:
        days = {p.key: attended_days(year.world.seed, p, month_on) for p in by_village[village]}
        await jobs.count_days(year.api, village, days, month_on)

    await everywhere(list(by_village), count)


async def run_payroll(year: Year, day: date) -> None:
    await jobs.run_payroll(year.api, date(YEAR, day.month - 1, 1))


async def open_classes(year: Year, _day: date) -> None:
    await jobs.open_classes(year.api, earnings(year).jobs.classes)


async def teach(year: Year, day: date) -> None:
    known, world = await year.households(), earnings(year).jobs
    ended = {c.key: c.division for c in world.classes if c.starts_on.month == day.month}
    by_township = grouped((t for t in world.trainees if t.class_key in ended), lambda t: ended[t.class_key])
    await everywhere(list(by_township), lambda t: jobs.teach(year.api, t, by_township[t], known, day))


async def enter_plots(year: Year, day: date) -> None:
    known, since = await year.households(), before(PLOT_DAYS, day)
    planted = [p for p in earnings(year).jobs.plots if since < p.planted_on <= day]
    by_township = grouped(planted, lambda p: p.household_no[:9])
    await everywhere(list(by_township), lambda t: jobs.enter_plots(year.api, t, by_township[t], known))


async def accept_plots(year: Year, day: date) -> None:
    await jobs.accept_plots(year.api, [p for p in earnings(year).jobs.plots if p.accepted_month == day.month], day)


async def found_coops(year: Year, day: date) -> None:
    known, world = await year.households(), earnings(year)
    codes = {c.division: world.entities[coop_key(c.division)].code for c in world.jobs.coops}
    await jobs.found_coops(year.api, world.jobs.coops, codes)
    await everywhere(world.jobs.coops, lambda c: jobs.join_coop(year.api, c, known, day))


async def record_labour(year: Year, day: date) -> None:
    known, since = await year.households(), before(LABOUR_DAYS, day)
    await everywhere(earnings(year).jobs.coops, lambda c: jobs.record_labour(year.api, c, known, since, day))


def days() -> list[Day]:
    once: list[tuple[int, int, str, Deed]] = [
        (2, 8, "firms and co-ops registered", register_entities), (2, 10, "projects planned", plan_projects),
        (2, 13, "posts opened", open_posts), (2, 16, "classes opened", open_classes),
        (3, 10, "forest co-ops founded", found_coops), (6, 12, "young trees counted", accept_plots),
        (10, 16, "young trees counted", accept_plots),
    ]  # fmt: skip
    monthly: list[tuple[range, int, str, Deed]] = [
        (range(3, 13), REPORTED, "villages report projects", report_ventures),
        (range(3, 13), ACCEPTED, "townships measure projects", accept_ventures),
        (range(3, 13), 15, "budgets spent", spend),
        (range(2, 10), 20, "posts proposed", propose_posts),
        (range(2, 10), 22, "posts checked", check_posts),
        (range(2, 10), 24, "posts approved", lambda year, _: jobs.approve_proposals(year.api)),
        (range(4, 13), 2, "days of work counted", count_days),
        (range(4, 13), 5, "wages owed", run_payroll),
        (range(3, 11), 25, "classes end", teach),
        (range(4, 12), 3, "certificates accepted", lambda year, _: jobs.accept_certificates(year.api)),
        (range(4, 12), 6, "training subsidised", lambda year, day: jobs.subsidise_training(year.api, day)),
    ]  # fmt: skip
    found = [Day(date(YEAR, month, on), title, deed) for month, on, title, deed in once]
    found += [Day(date(YEAR, month, on), title, deed) for months, on, title, deed in monthly for month in months]
    found += [Day(on, "households take part", take_part) for on in PART_DAYS]
    found += [Day(on, "parts measured", accept_parts) for on in (CROPS_COUNTED, TRADE_COUNTED)]
    found += [Day(on, "plots entered", enter_plots) for on in PLOT_DAYS]
    return found + [Day(on, "forest work recorded", record_labour) for on in LABOUR_DAYS]
