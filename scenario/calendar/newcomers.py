"""Who comes into the register, and what becomes of households: births and brides by the quarter, applications in one
round in autumn (domain notes 9.6), households that split and that move to another village.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from scenario.actors import assessment, county, movers, newcomers
from scenario.actors.newcomers import Joined
from scenario.actors.townships import officer
from scenario.actors.villages import Village
from scenario.world.movers import MOVED_ON, SPLIT_ON
from scenario.year import YEAR, Day, Year, everywhere

T = TypeVar("T")

JOINED_TOLD_ON = (date(YEAR, 3, 20), date(YEAR, 6, 20), date(YEAR, 9, 20), date(YEAR, 12, 7))
VOTERS = 10  # rural people for one representative


def _by(places: Sequence[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for place, one in places:
        found.setdefault(place, []).append(one)
    return found


async def _joined(year: Year, day: date, digits: int) -> dict[str, list[Joined]]:
    """Since the last report, by the place whose code has so many digits."""
    ids, since = await year.households(), max((d for d in JOINED_TOLD_ON if d < day), default=date.min)
    joined: list[tuple[str, Any, date, str]]
    joined = [(b.no, b.child, b.child.born_on, "birth") for b in year.world.births]
    joined += [(m.no, m.bride, m.on, "marriage_in") for m in year.world.married_in]
    return _by([(no[:digits], Joined(ids[no], who, on, why)) for no, who, on, why in joined if since < on <= day])


async def report_arrivals(year: Year, day: date) -> None:
    joined = await _joined(year, day, 12)
    await everywhere(sorted(joined), lambda v: newcomers.report_arrivals(year.api, Village(v), joined[v]))


async def confirm_arrivals(year: Year, day: date) -> None:
    """On the day after the report."""
    joined = await _joined(year, day - timedelta(days=1), 9)
    await everywhere(sorted(joined), lambda t: newcomers.confirm_arrivals(year.api, t, joined[t]))


def _applicants(year: Year) -> dict[str, list[Any]]:
    return _by([(a.village_code, a) for a in year.world.applicants])


async def apply(year: Year, _day: date) -> None:
    asking = _applicants(year)
    await everywhere(sorted(asking), lambda v: newcomers.apply(year.api, Village(v), asking[v]))


async def visit(year: Year, _day: date) -> None:
    asking = _applicants(year)
    await everywhere(sorted(asking), lambda v: newcomers.visit(year.api, Village(v), asking[v]))


async def vote(year: Year, _day: date) -> None:
    asking, people = _applicants(year), {v.code: v.rural_people for v in year.world.villages}
    await everywhere(
        sorted(asking),
        lambda v: newcomers.vote(year.api, Village(v), asking[v], max(5, people[v] // VOTERS)),
    )


async def check(year: Year, _day: date) -> None:
    said = {"confirmed": True, "evidence": "minutes"}
    await everywhere(
        sorted(_applicants(year)),
        lambda v: newcomers.take_on(year.api, Village(v).team, "reviewed", "checks", **said),
    )


async def post(year: Year, _day: date) -> None:
    await everywhere(
        sorted(_applicants(year)), lambda v: newcomers.take_on(year.api, Village(v).clerk, "checked", "notices")
    )


async def check_by_townships(year: Year, _day: date) -> None:
    said = {"confirmed": True, "evidence": "visit"}
    await everywhere(
        year.townships, lambda t: newcomers.take_on(year.api, officer(t), "noticed", "township-checks", **said)
    )


async def post_again(year: Year, _day: date) -> None:
    await everywhere(
        sorted(_applicants(year)),
        lambda v: newcomers.take_on(year.api, Village(v).clerk, "township_checked", "second-notices"),
    )


async def compare(year: Year, _day: date) -> None:
    await newcomers.take_on(year.api, county.DECIDER, "noticed_again", "comparisons", evidence="lists of 17 offices")


async def enter(year: Year, _day: date) -> None:
    await newcomers.take_on(year.api, county.ANNOUNCER, "compared", "entries", **county.MINUTES)


def _helpers(year: Year) -> dict[str, Any]:
    """Somebody who goes to each village already."""
    found: dict[str, Any] = {}
    for cadre in year.world.help.cadres:
        if cadre.successor is None:
            for no in year.world.help.helps.get(cadre.subject, ()):
                found.setdefault(no[:12], cadre)
    return found


async def report_splits(year: Year, _day: date) -> None:
    ids = await year.households()
    parted = _by([(p.no[:12], (ids[p.no], p.going)) for p in year.world.partings])
    await everywhere(sorted(parted), lambda v: movers.report_splits(year.api, Village(v), parted[v], SPLIT_ON))


async def confirm_splits(year: Year, _day: date) -> None:
    ids = await year.households()
    parted = _by([(p.no[:9], ids[p.no]) for p in year.world.partings])
    await everywhere(sorted(parted), lambda t: movers.confirm_splits(year.api, t, parted[t]))


async def report_moves(year: Year, _day: date) -> None:
    ids = await year.households()
    moving = _by([(m.no[:12], (ids[m.no], m.village_code)) for m in year.world.village_moves])
    await everywhere(sorted(moving), lambda v: movers.report_moves(year.api, Village(v), moving[v], MOVED_ON))


async def take_moves(year: Year, _day: date) -> None:
    ids = await year.households()
    moving = _by([(m.village_code[:9], ids[m.no]) for m in year.world.village_moves])
    await everywhere(sorted(moving), lambda t: movers.take_moves(year.api, t, moving[t]))


async def pair_moved(year: Year, day: date) -> None:
    """Whoever took them gives them a helper who goes there, on the day."""
    moved = [(t["division"], t["household_id"]) for t in await movers.moved(year.api)]
    await _help(year, moved, day)


async def pair(year: Year, day: date) -> None:
    """Whoever is new is helped by somebody who goes to that village already."""
    new = [(c["division"], c["household_id"]) for c in await newcomers.entered(year.api)]
    new += [(s["division"], s["new_household_id"]) for s in await movers.split_off(year.api)]
    await _help(year, new, day)


async def _help(year: Year, new: Sequence[tuple[str, str]], day: date) -> None:
    by_village = _helpers(year)
    helped = _by([(v[:9], (by_village[v], one)) for v, one in new if v in by_village])
    await everywhere(sorted(helped), lambda t: assessment.pair(year.api, t, helped[t], day))


def days() -> list[Day]:
    found = [
        Day(date(YEAR, 10, 10), "the missed apply", apply),
        Day(date(YEAR, 10, 13), "applicants visited", visit),
        Day(date(YEAR, 10, 17), "applicants voted on", vote),
        Day(date(YEAR, 10, 18), "applications checked", check),
        Day(date(YEAR, 10, 19), "applicants on notice", post),
        Day(date(YEAR, 10, 30), "townships check applications", check_by_townships),
        Day(date(YEAR, 10, 31), "applicants on notice again", post_again),
        Day(date(YEAR, 11, 14), "households move", report_moves),
        Day(date(YEAR, 11, 15), "moves taken", take_moves),
        Day(date(YEAR, 11, 15), "the moved are paired", pair_moved),
        Day(date(YEAR, 11, 20), "households split", report_splits),
        Day(date(YEAR, 11, 22), "splits confirmed", confirm_splits),
        Day(date(YEAR, 11, 24), "county compares applicants", compare),
        Day(date(YEAR, 11, 27), "households entered", enter),
        Day(date(YEAR, 11, 28), "the new are paired", pair),
    ]
    for on in JOINED_TOLD_ON:
        found += [
            Day(on, "births and brides reported", report_arrivals),
            Day(on + timedelta(days=1), "births and brides confirmed", confirm_arrivals),
        ]
    return found
