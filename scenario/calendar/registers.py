"""Registers compared: in the last days of the year lists come in, are looked into on the spot, and settled.

What is upheld waits for its village, which proposes to strike the household in the next year's round (domain notes
9.6).
"""

from datetime import date

from scenario.actors import registers
from scenario.actors.villages import Village
from scenario.year import YEAR, Day, Year, everywhere

# Behind the year's last claim and payment: who is suspected gets nothing new meanwhile.
COMPARED_ON, LOOKED_ON, SETTLED_ON = date(YEAR, 12, 29), date(YEAR, 12, 30), date(YEAR, 12, 31)


async def compare(year: Year, _day: date) -> None:
    await registers.hand_in(year.api, year.eyes.listings())


async def look(year: Year, _day: date) -> None:
    numbers = await year.numbers()
    villages = sorted({no[:12] for no in year.eyes.listed()})
    await everywhere(villages, lambda v: registers.look(year.api, Village(v), numbers, year.eyes.suspected))


async def settle(year: Year, _day: date) -> None:
    await everywhere(year.townships, lambda township: registers.settle(year.api, township))


def days() -> list[Day]:
    return [
        Day(COMPARED_ON, "other registers compared", compare),
        Day(LOOKED_ON, "suspicions looked into", look),
        Day(SETTLED_ON, "suspicions settled", settle),
    ]
