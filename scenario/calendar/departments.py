"""Departments attest their lists: wells, certificates, patients in spring, repaired houses through the year, what they
paid out once the income year is over; in autumn they look again where somebody saw otherwise.
"""

from datetime import date

from scenario.actors import departments
from scenario.year import YEAR, Day, Year, everywhere

FACTS_ON = date(YEAR, 2, 22)
HOUSES_ON = tuple(date(YEAR, month, 29) for month in range(4, 10))
INCOMES_ON = date(YEAR, 10, 3)
ANSWERED_ON = (date(YEAR, 10, 16), date(YEAR, 12, 11))


async def attest_facts(year: Year, _day: date) -> None:
    facts = year.world.lists.facts
    units = ("disabled_federation", "health", "water")
    await everywhere(units, lambda u: departments.attest(year.api, u, [f for f in facts if f.unit == u]))


async def hand_in_houses(year: Year, day: date) -> None:
    """Those taken over since the last file."""
    since = max((d for d in HOUSES_ON if d < day), default=date.min)
    found = [f for f in year.world.lists.facts if f.unit == "housing" and since < f.since <= day]
    await departments.hand_in_houses(year.api, found)


async def attest_incomes(year: Year, _day: date) -> None:
    paid = year.world.lists.paid
    units = sorted({p.unit for p in paid})
    await everywhere(units, lambda u: departments.attest_incomes(year.api, u, [p for p in paid if p.unit == u]))


async def answer(year: Year, day: date) -> None:
    await everywhere(
        ("housing", "water"),
        lambda u: departments.answer(year.api, u, lambda no, field: year.eyes.of_office(no, field, day), day),
    )


def days() -> list[Day]:
    return [
        Day(FACTS_ON, "wells, certificates and patients attested", attest_facts),
        *(Day(on, "repaired houses attested", hand_in_houses) for on in HOUSES_ON),
        Day(INCOMES_ON, "departments attest incomes", attest_incomes),
        *(Day(on, "departments look again", answer) for on in ANSWERED_ON),
    ]
