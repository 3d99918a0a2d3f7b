"""The register is founded, and what is seen in the villages is written down."""

import asyncio
from datetime import date
from typing import Any

from scenario.actors import assessment, county, sheets, townships, villages
from scenario.actors.villages import Village
from scenario.world import write_corrections, write_roster
from scenario.year import YEAR, Day, Year, everywhere

# code, planned, unit: the seed's figures for the year, for the table only. Nobody who acts reads them.
TARGETS = (
    ("exit_people", 7_200, "people"),
    ("exit_villages", 44, "villages"),
    ("consolidated_people", 11_911, "people"),
)


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


async def visit(year: Year, day: date) -> None:
    await year.see_homes()
    await everywhere(year.villages, lambda v: villages.visit(year.api, v, year.eyes, day))


async def state_incomes(year: Year, day: date) -> None:
    prices = await sheets.reference_prices(year.api)

    async def state(village: Village) -> None:
        kept = await villages.state_incomes(year.api, village, year.eyes, day)
        await sheets.hand_in(year.api, village, kept, prices, day)

    await everywhere(year.villages, state)


async def second_words(year: Year, day: date) -> None:
    await everywhere(year.villages, lambda v: villages.second_words(year.api, v, year.eyes, assessment.phone, day))


async def report_facilities(year: Year, day: date) -> None:
    """What was there before the year; what is built in it comes by its acceptance (`industry`)."""

    async def report(township: str) -> None:
        done = [
            (code, f.item)
            for code, truth in year.world.village_truth.items()
            for f in truth.facilities
            if code.startswith(township) and f.completed_on and f.completed_on.year < YEAR
        ]
        await townships.report_facilities(year.api, township, done, day)

    await everywhere(year.townships, report)


def days() -> list[Day]:
    return [
        Day(date(YEAR, 1, 3), "divisions, targets, subscription", found_county),
        Day(date(YEAR, 1, 5), "roster handed in", first_roster),
        Day(date(YEAR, 1, 12), "roster corrected", corrected_roster),
        Day(date(YEAR, 1, 28), "village works of earlier years", report_facilities),
        Day(date(YEAR, 6, 5), "helpers visit", visit),
        Day(date(YEAR, 10, 2), "helpers visit", visit),
        Day(date(YEAR, 10, 4), "helpers state incomes", second_words),
        Day(date(YEAR, 10, 5), "incomes stated", state_incomes),
    ]
