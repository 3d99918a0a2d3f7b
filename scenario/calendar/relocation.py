"""Homes: applications, sites, the draw, keys, moving in, old houses; and who leaves the register meanwhile."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from scenario.actors import changes, relocation
from scenario.actors.changes import Gone
from scenario.actors.relocation import OldHome
from scenario.actors.villages import Village
from scenario.year import YEAR, Day, Deed, Year, everywhere

DECLARED_ON = date(YEAR, 1, 24)
INSPECTED_ON = (date(YEAR, 3, 28), date(YEAR, 4, 20), date(YEAR, 8, 15), date(YEAR, 9, 12))
# the draws: name, cohort, day of the freeze; the first cohort's second draw is for those who got nothing
DRAWS = (
    ("2016", 2016, date(YEAR, 4, 24)),
    ("2016-second", 2016, date(YEAR, 9, 18)),
    ("2017", 2017, date(YEAR, 9, 23)),  # when that is drawn: what is given away is not given twice
)
STRUCK_ON = date(YEAR, 4, 28)  # between the first draw and its keys
# what came free by removals and deaths, early enough for the notice to end before the next keys
REDRAWN_ON = (("2016", date(YEAR, 4, 30)), ("2016", date(YEAR, 5, 7)), ("2016-second", date(YEAR, 9, 30)),
              ("2017", date(YEAR, 9, 30)))  # fmt: skip
KEYS_ON = (date(YEAR, 5, 10), date(YEAR, 5, 22), date(YEAR, 10, 9), date(YEAR, 10, 20))
MOVES_SEEN_ON = tuple(
    date(YEAR, month, day) for month, day in ((5, 26), (6, 12), (6, 28), (7, 14), (10, 24), (11, 8), (11, 22), (12, 5))
)
WORKS_SEEN_ON = tuple(date(YEAR, month, day) for month, day in ((7, 24), (8, 24), (9, 20), (10, 26), (11, 24)))
WORKS_SEEN_WITHIN = 75  # days: a village that was refused, as its move was not confirmed yet, comes again
LEFT_TOLD_ON = (date(YEAR, 5, 5), *(date(YEAR, month, 26) for month in range(1, 12)), date(YEAR, 12, 12))


def _townships(year: Year) -> list[str]:
    """Those with somebody who moves, or a site."""
    codes = {no[:9] for no in year.world.homes.moves} | {s.village_code[:9] for s in year.world.homes.sites}
    return sorted(codes)


def _villages(year: Year, due: Callable[[Any], bool] | None = None) -> list[Village]:
    """Those with somebody who moves; with `due`, where there is something to see."""
    moves = year.world.homes.moves.items()
    return [Village(code) for code in sorted({no[:12] for no, move in moves if due is None or due(move)})]


async def declare_sites(year: Year, _day: date) -> None:
    homes: Any = year.world.homes
    await relocation.declare_sites(year.api, homes.sites, homes.buildings, homes.listed)


async def apply(year: Year, _day: date) -> None:
    """The county's list says who is of which cohort."""
    ids = await year.households()
    moving: dict[str, list[tuple[str, int]]] = {}
    for no, move in year.world.homes.moves.items():
        moving.setdefault(no[:12], []).append((ids[no], move.cohort))
    await everywhere(sorted(moving), lambda v: relocation.apply(year.api, Village(v), moving[v]))


async def verify(year: Year, _day: date) -> None:
    await everywhere(_townships(year), lambda t: relocation.verify(year.api, t))


async def post_notices(year: Year, _day: date) -> None:
    await everywhere(_villages(year), lambda v: relocation.post_notices(year.api, v))


async def sign(year: Year, day: date) -> None:
    await everywhere(_villages(year), lambda v: relocation.sign(year.api, v, day))


async def record_homesteads(year: Year, _day: date) -> None:
    ids = await year.households()
    found: dict[str, list[OldHome]] = {}
    for no, move in year.world.homes.moves.items():
        home = OldHome(ids[no], move.house_area_m2_x100, move.land_mu_x100)
        found.setdefault(no[:12], []).append(home)
    await everywhere(sorted(found), lambda v: relocation.record_homesteads(year.api, Village(v), found[v]))


async def inspect(year: Year, day: date) -> None:
    """What was finished since the last inspection; the one that fails is looked at with the first."""
    since = max((d for d in INSPECTED_ON if d < day), default=date.min)
    sites = {s.key: s for s in year.world.homes.sites}
    found: dict[str, list[tuple[str, bool, date]]] = {}
    for building in year.world.homes.buildings:
        passes = building.accepted_on is not None
        on = building.accepted_on or INSPECTED_ON[1]
        if since < on <= day:
            township = sites[building.site].village_code[:9]
            found.setdefault(township, []).append((building.key, passes, on))
    await everywhere(sorted(found), lambda t: relocation.accept_buildings(year.api, t, found[t]))


def _secret(year: Year, name: str, day: date) -> str:
    """What who freezes drew at home: a year played again must have it too, so that it comes of the seed."""
    return f"secret-{name}-{day:%Y%m%d}-{year.world.seed}"


def _draw_days(name: str, cohort: int, frozen_on: date) -> list[Day]:
    """Freeze, the seed on another day by another person, the draw, and swaps within the notice."""

    async def freeze(year: Year, _day: date) -> None:
        sites = [s.key for s in year.world.homes.sites if s.cohort == cohort or frozen_on.month > 6]
        if sites:
            await relocation.freeze(year.api, name, cohort, sites, _secret(year, name, frozen_on))

    async def announce(year: Year, day: date) -> None:
        await relocation.announce_seed(year.api, name, f"{day:%Y%m%d}-{name}-{year.world.seed}")

    async def draw(year: Year, day: date) -> None:
        await relocation.draw(year.api, name, _secret(year, name, day))

    async def swap(year: Year, _day: date) -> None:
        await everywhere(_townships(year), lambda t: relocation.swap(year.api, t))

    steps: list[tuple[int, str, Deed]] = [
        (0, "list frozen", freeze), (1, "seed published", announce), (2, "flats drawn", draw),
        (3, "another seed, if the list changed", announce), (4, "and its draw", draw), (6, "flats swapped", swap),
    ]  # fmt: skip
    return [Day(frozen_on + timedelta(days=days), f"{title} ({name})", deed) for days, title, deed in steps]


def _redraw(name: str, on: date) -> Day:
    return Day(on, f"free flats drawn ({name})", lambda year, _: relocation.draw_again(year.api, name))


async def propose_removals(year: Year, _day: date) -> None:
    ids = await year.households()
    for struck in year.world.homes.struck:
        await changes.propose_removal(year.api, Village(struck.no[:12]), ids[struck.no], struck.reason)


async def confirm_removals(year: Year, _day: date) -> None:
    ids = await year.households()
    struck = {s.no: ids[s.no] for s in year.world.homes.struck}
    await changes.confirm_removals(year.api, struck)


async def hand_over_keys(year: Year, day: date) -> None:
    await everywhere(_townships(year), lambda t: relocation.hand_over_keys(year.api, t, day))
    await year.see_homes()


async def report_moves(year: Year, day: date) -> None:
    """The world's day holds for keys of the cohort's day; who gets them later moves in at once, if its day is past."""
    numbers = await year.numbers()

    def moved_in(household: str, notice_ends_on: date) -> date | None:
        move = year.world.homes.moves.get(numbers.get(household, ""))
        if move is None or move.moves_in_on is None:
            return None
        return max(move.moves_in_on, min(k for k in KEYS_ON if k >= notice_ends_on))

    there = _villages(year, lambda move: move.moves_in_on is not None and move.moves_in_on <= day)
    await everywhere(there, lambda v: relocation.report_moves(year.api, v, moved_in, day))


async def confirm_moves(year: Year, _day: date) -> None:
    await everywhere(_townships(year), lambda t: relocation.confirm_moves(year.api, t))
    await year.see_homes()


def _done_on(move: Any, step: str) -> date | None:
    done: date | None = move.demolished_on if step == "demolition" else move.reclaimed_on
    return done


def _works_days(step: str, seen_on: date) -> list[Day]:
    async def report(year: Year, day: date) -> None:
        done = {
            relocation.application_id(i): year.world.homes.moves[no]
            for no, i in (await year.households()).items()
            if no in year.world.homes.moves
        }

        def on(application: str) -> date | None:
            return _done_on(done[application], step) if application in done else None

        since = day - timedelta(days=WORKS_SEEN_WITHIN)
        there = _villages(year, lambda move: (done := _done_on(move, step)) is not None and since <= done <= day)
        await everywhere(there, lambda v: relocation.report_works(year.api, v, step, on, day))

    async def accept(year: Year, _day: date) -> None:
        await everywhere(_townships(year), lambda t: relocation.accept_works(year.api, t, step))

    return [Day(seen_on, f"{step} reported", report), Day(seen_on + timedelta(days=3), f"{step} accepted", accept)]


def _gone(year: Year, ids: dict[str, str], day: date) -> dict[str, list[Gone]]:
    """Since the last report, by village."""
    since = max((d for d in LEFT_TOLD_ON if d < day), default=date.min)
    found: dict[str, list[Gone]] = {}
    left: list[tuple[Any, date, str]] = [(d, d.died_on, "death") for d in year.world.deaths]
    left += [(m, m.on, "marriage_out") for m in year.world.married_out]
    for one, on, reason in left:
        if since < on <= day:
            found.setdefault(one.no[:12], []).append(Gone(ids[one.no], one.name, one.born_on, on, reason))
    return found


async def report_departures(year: Year, day: date) -> None:
    found = _gone(year, await year.households(), day)
    await everywhere(sorted(found), lambda v: changes.report_departures(year.api, Village(v), found[v]))


async def confirm_departures(year: Year, day: date) -> None:
    """On the day after the report."""
    ids, reported_on = await year.households(), day - timedelta(days=1)
    found: dict[str, list[Gone]] = {}
    for village, gone in _gone(year, ids, reported_on).items():
        found.setdefault(village[:9], []).extend(gone)
    await everywhere(sorted(found), lambda t: changes.confirm_departures(year.api, t, found[t]))


def days() -> list[Day]:
    found = [
        Day(date(YEAR, 1, 17), "households apply to move", apply),
        Day(date(YEAR, 1, 20), "applications verified", verify),
        Day(date(YEAR, 1, 22), "applications on notice", post_notices),
        Day(DECLARED_ON, "sites declared", declare_sites),
        Day(date(YEAR, 2, 3), "agreements signed", sign),
        Day(date(YEAR, 2, 9), "homesteads recorded", record_homesteads),
        Day(STRUCK_ON, "removals proposed", propose_removals),
        Day(STRUCK_ON + timedelta(days=1), "removals confirmed", confirm_removals),
    ]
    found += [Day(on, "buildings inspected", inspect) for on in INSPECTED_ON]
    found += [day for name, cohort, on in DRAWS for day in _draw_days(name, cohort, on)]
    found += [_redraw(name, on) for name, on in REDRAWN_ON]
    found += [Day(on, "keys handed over", hand_over_keys) for on in KEYS_ON]
    for on in MOVES_SEEN_ON:
        found += [
            Day(on, "moves reported", report_moves),
            Day(on + timedelta(days=2), "moves confirmed", confirm_moves),
        ]
    found += [day for on in WORKS_SEEN_ON for day in _works_days("demolition", on)]
    found += [day for on in WORKS_SEEN_ON[1:] for day in _works_days("reclamation", on + timedelta(days=4))]
    for on in LEFT_TOLD_ON:
        found += [
            Day(on, "deaths and marriages reported", report_departures),
            Day(on + timedelta(days=1), "deaths and marriages confirmed", confirm_departures),
        ]
    return found
