"""Loans, their interest, and the county's discounts."""

import asyncio
from datetime import date, timedelta
from typing import Any

from scenario.actors import banks, county, villages
from scenario.actors.banks import Bank
from scenario.actors.villages import Village
from scenario.year import YEAR, Day, Year, everywhere

BANKS = (Bank("xinhe"), Bank("rcu"))
QUARTER_ENDS = ((3, 21), (6, 21), (9, 21), (12, 21))
REPAID_ON, REPAID_BEFORE, HEARD_ON = date(YEAR, 9, 20), date(YEAR, 9, 5), date(YEAR, 9, 28)


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
    await asyncio.gather(*(banks.settle_interest(year.api, bank, end, _quarter_before(end)) for bank in BANKS))
    if day == REPAID_ON:
        await asyncio.gather(*(banks.take_repayments(year.api, bank, day) for bank in BANKS))


def _quarter_before(end: date) -> date:
    return date(YEAR - 1, 12, 21) if end.month == 3 else date(YEAR, end.month - 3, 21)


async def correct_quarter(year: Year, day: date) -> None:
    end = date(YEAR, day.month, 21)
    await asyncio.gather(*(banks.correct_interest(year.api, bank, end, _quarter_before(end)) for bank in BANKS))


async def hear_of_repayments(year: Year, _day: date) -> None:
    """Of a day whose quarter has been settled and claimed as though nobody had repaid."""
    await asyncio.gather(*(banks.hear_of_repayments(year.api, bank, REPAID_BEFORE) for bank in BANKS))


async def claim_quarter(year: Year, day: date) -> None:
    await county.claim_discounts(year.api, [bank.name for bank in BANKS], date(YEAR, day.month, 20))


def days() -> list[Day]:
    found = [
        Day(date(YEAR, 1, 25), "loan applications", apply_for_loans),
        Day(date(YEAR, 1, 27), "banks lend", lend),
    ]
    for month in range(2, 12):
        found.append(Day(date(YEAR, month, 15), "loan applications", apply_for_loans))
        found.append(Day(date(YEAR, month, 18), "banks lend", lend))
    for month, last in QUARTER_ENDS:
        found.append(Day(date(YEAR, month, last - 1), "interest settled", settle_quarter))
        found.append(Day(date(YEAR, month, last + 2), "banks take back what they typed wrong", correct_quarter))
        found.append(Day(date(YEAR, month, last + 4), "discounts claimed", claim_quarter))
    return [*found, Day(HEARD_ON, "banks hear of repayments", hear_of_repayments)]
