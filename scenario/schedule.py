"""The year as a list of days: what happens when, and who does it. Data first, so that it reads as a calendar."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from scenario.actors import banks, county, townships, villages
from scenario.actors.archive import Archive
from scenario.actors.banks import Bank
from scenario.actors.villages import Village
from scenario.api import Api
from scenario.eyes import VillageEyes
from scenario.world import World, write_corrections, write_roster

YEAR = 2017
BANKS = (Bank("xinhe"), Bank("rcu"))
QUARTER_ENDS = ((3, 21), (6, 21), (9, 21), (12, 21))
CONFIRMED_SHARE = 10  # representatives: one for ten rural people

# code, planned, unit: the seed's figures for the year, for the table only. Nobody who acts reads them.
TARGETS = (
    ("exit_people", 7_200, "people"),
    ("exit_villages", 44, "villages"),
    ("consolidated_people", 11_911, "people"),
)


@dataclass
class Year:
    """What the players share: the system's address, the world's people, and the ids they were told."""

    api: Api
    world: World
    state: Path
    archive: Archive
    archive_url: str
    targets_factor: float = 1.0
    eyes: VillageEyes = field(init=False)
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.eyes = VillageEyes(self.world)

    @property
    def villages(self) -> list[Village]:
        """Those with registered households."""
        return [Village(code) for code in sorted({h.village_code for h in self.world.households})]

    @property
    def townships(self) -> list[str]:
        return [t.code for t in self.world.townships]

    async def households(self) -> dict[str, str]:
        """Ids by household number, as the county's list has them."""
        if not self.ids:
            listed = self.api.pages(county.PLANNER, "/registry/v1/households")
            self.ids = {h["household_no"]: h["id"] async for h in listed}
        return self.ids


Deed = Callable[[Year, date], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Day:
    """What happens on a day; `title` is for the progress bar."""

    on: date
    title: str
    deed: Deed


async def everywhere(places: Sequence[Any], deed: Callable[[Any], Awaitable[Any]], width: int = 8) -> list[Any]:
    """The same deed in many places, some at a time."""
    turn = asyncio.Semaphore(width)

    async def one(place: Any) -> Any:
        async with turn:
            return await deed(place)

    return await asyncio.gather(*(one(p) for p in places))


async def found_county(year: Year, _day: date) -> None:
    since, places = "2001-01-01", []
    for t in year.world.townships:
        until = t.valid_to.isoformat() if t.valid_to else None
        people = sum(v.rural_people for v in year.world.villages if v.township_code == t.code)
        places.append(_division(t.code, t.name, t.pinyin, "township", people, since, until))
    total = sum(p["rural_people"] for p in places)
    places.insert(0, _division(county.COUNTY, "神池县", "Shenchi", "county", total, since, None))
    ends = {t.code: t.valid_to.isoformat() if t.valid_to else None for t in year.world.townships}
    places += [
        _division(v.code, v.name, v.pinyin, "village", v.rural_people, since, ends[v.township_code])
        | {"poor_village": v.poor}
        for v in year.world.villages
    ]
    await county.declare_divisions(year.api, places)
    planned = [
        {
            "code": code,
            "year": YEAR,
            "division": county.COUNTY,
            "planned": round(n * year.targets_factor),
            "unit": unit,
        }
        for code, n, unit in TARGETS
    ]
    planned += [
        {"code": "exit_townships", "year": YEAR, "division": code, "planned": 1, "unit": "townships"}
        for code in ("140927100", "140927200", "140927202")
    ]
    await county.set_targets(year.api, planned)
    await year.archive.subscribe(year.api, year.archive_url)


def _division(
    code: str, name: str, pinyin: str, level: str, people: int, since: str, until: str | None
) -> dict[str, Any]:
    return {
        "code": code, "name_zh": name, "name_en": pinyin, "level": level, "poor_village": False,
        "rural_people": people, "valid_from": since, "valid_to": until,
    }  # fmt: skip


async def first_roster(year: Year, _day: date) -> None:
    path = year.state / "roster.xlsx"
    await asyncio.to_thread(write_roster, year.world, path, dirty=True)
    await county.hand_in_roster(year.api, path.read_bytes())


async def corrected_roster(year: Year, _day: date) -> None:
    path = year.state / "roster-corrections.xlsx"
    await asyncio.to_thread(write_corrections, year.world, path)
    await county.hand_in_roster(year.api, path.read_bytes())
    year.ids.clear()


async def apply_for_loans(year: Year, day: date) -> None:
    known = await year.households()
    by_village: dict[str, list[Any]] = {}
    for wish in year.world.wishes:
        if wish.applies_on.month == day.month:
            by_village.setdefault(wish.village_code, []).append(wish)
    await everywhere(sorted(by_village), lambda v: villages.apply_for_loans(year.api, Village(v), by_village[v], known))


async def lend(year: Year, day: date) -> None:
    await asyncio.gather(*(banks.lend(year.api, bank, day) for bank in BANKS))


async def settle_quarter(year: Year, day: date) -> None:
    end = day + timedelta(days=1)
    previous = date(YEAR - 1, 12, 21) if end.month == 3 else date(YEAR, end.month - 3, 21)
    await asyncio.gather(*(banks.settle_interest(year.api, bank, end, previous) for bank in BANKS))
    await asyncio.gather(*(banks.take_repayments(year.api, bank, day) for bank in BANKS if end.month == 9))


async def claim_quarter(year: Year, day: date) -> None:
    await county.claim_discounts(year.api, [bank.name for bank in BANKS], date(YEAR, day.month, 20))


async def visit(year: Year, day: date) -> None:
    await everywhere(year.villages, lambda v: villages.visit(year.api, v, year.eyes, day))


async def state_incomes(year: Year, day: date) -> None:
    await everywhere(year.villages, lambda v: villages.state_incomes(year.api, v, year.eyes, day))


async def report_facilities(year: Year, day: date) -> None:
    """What has been accepted since the last report."""

    async def report(township: str) -> None:
        since = date(YEAR, day.month - 1, 28) if day.month > 1 else date.min
        done = [
            (code, f.item)
            for code, truth in year.world.village_truth.items()
            for f in truth.facilities
            if code.startswith(township) and f.completed_on and since < f.completed_on <= day
        ]
        await townships.report_facilities(year.api, township, done, day)

    await everywhere(year.townships, report)


def _wave(year: Year, first: int) -> list[Village]:
    """Townships go through the exit procedure in three waves, so that the county's office keeps up."""
    chosen = set(year.townships[first::3])
    return [v for v in year.villages if v.code[:9] in chosen]


def wave_days(number: int, start: date) -> list[Day]:
    """One wave from proposal to announcement; a notice stands seven days."""

    async def propose(year: Year, _day: date) -> None:
        await everywhere(_wave(year, number), lambda v: villages.propose_exits(year.api, v, year.eyes))

    async def review(year: Year, _day: date) -> None:
        people = {v.code: v.rural_people for v in year.world.villages}
        await everywhere(
            _wave(year, number),
            lambda v: villages.review_exits(year.api, v, max(5, people[v.code] // CONFIRMED_SHARE)),
        )

    async def check(year: Year, _day: date) -> None:
        await everywhere(_wave(year, number), lambda v: villages.check_exits(year.api, v))

    async def post(year: Year, _day: date) -> None:
        await everywhere(_wave(year, number), lambda v: villages.post_notices(year.api, v))

    async def object_(year: Year, _day: date) -> None:
        numbers = {i: n for n, i in (await year.households()).items()}
        found = await everywhere(_wave(year, number), lambda v: villages.read_notices(year.api, v, year.eyes, numbers))
        by_township: dict[str, list[str]] = {}
        for village, objections in zip(_wave(year, number), found, strict=True):
            by_township.setdefault(village.code[:9], []).extend(objections)
        for township, objections in by_township.items():
            await townships.resolve_objections(year.api, township, objections)

    async def township(year: Year, _day: date) -> None:
        await everywhere(year.townships[number::3], lambda t: townships.check_exits(year.api, t))

    steps: list[tuple[int, str, Deed]] = [
        (0, "villages propose exits", propose), (2, "villagers' meetings", review), (5, "checks and consents", check),
        (6, "notices", post), (9, "objections", object_), (14, "township checks", township),
        (16, "county decides", lambda year, _: county.decide_exits(year.api)),
        (18, "exits announced", lambda year, _: county.announce_exits(year.api)),
    ]  # fmt: skip
    return [Day(start + timedelta(days=after), title, deed) for after, title, deed in steps]


async def propose_villages(year: Year, _day: date) -> None:
    await everywhere(year.townships, lambda t: townships.propose_villages(year.api, t))


async def post_village_notices(year: Year, _day: date) -> None:
    await everywhere(year.townships, lambda t: townships.post_village_notices(year.api, t))


async def decide_villages(year: Year, _day: date) -> None:
    await county.decide_villages(year.api, await townships.villages_in(year.api, county.DECIDER, "noticed"))


async def announce_villages(year: Year, _day: date) -> None:
    await county.announce_villages(year.api, await townships.villages_in(year.api, county.ANNOUNCER, "approved"))


def days() -> list[Day]:
    """The whole year, in order."""
    found = [
        Day(date(YEAR, 1, 3), "divisions, targets, subscription", found_county),
        Day(date(YEAR, 1, 5), "roster handed in", first_roster),
        Day(date(YEAR, 1, 12), "roster corrected", corrected_roster),
        Day(date(YEAR, 6, 5), "helpers visit", visit),
        Day(date(YEAR, 10, 2), "helpers visit", visit),
        Day(date(YEAR, 10, 5), "incomes stated", state_incomes),
        Day(date(YEAR, 12, 4), "townships propose villages", propose_villages),
        Day(date(YEAR, 12, 5), "village notices", post_village_notices),
        Day(date(YEAR, 12, 14), "county decides villages", decide_villages),
        Day(date(YEAR, 12, 18), "villages announced", announce_villages),
    ]
    for month in range(1, 13):
        found.append(Day(date(YEAR, month, 28), "village works accepted", report_facilities))
        if 1 < month < 12:
            found.append(Day(date(YEAR, month, 15), "loan applications", apply_for_loans))
            found.append(Day(date(YEAR, month, 18), "banks lend", lend))
    found.append(Day(date(YEAR, 1, 25), "loan applications", apply_for_loans))
    found.append(Day(date(YEAR, 1, 27), "banks lend", lend))
    for month, last in QUARTER_ENDS:
        found.append(Day(date(YEAR, month, last - 1), "interest settled", settle_quarter))
        found.append(Day(date(YEAR, month, last + 4), "discounts claimed", claim_quarter))
    for number, start in enumerate((date(YEAR, 10, 9), date(YEAR, 10, 23), date(YEAR, 11, 6))):
        found += wave_days(number, start)
    return sorted(found, key=lambda d: d.on)
