"""The register looks at itself: once incomes are stated the county draws a month's inspections, inspectors from outside
go to each, and what they find otherwise is looked into, settled and put right before anybody is proposed to exit.
"""

from datetime import date
from typing import Any

from scenario.actors import inspectors, villages
from scenario.actors.villages import Village
from scenario.year import YEAR, Day, Year, everywhere

DRAWN_ON, GONE_ON, SETTLED_ON = date(YEAR, 10, 6), date(YEAR, 10, 7), date(YEAR, 10, 8)


async def draw(year: Year, day: date) -> None:
    await inspectors.draw_list(year.api, f"{day:%Y%m%d}-{year.world.seed}")


async def go(year: Year, day: date) -> None:
    numbers = await year.numbers()
    await inspectors.go(year.api, numbers, lambda no: year.eyes.inspected(no, day))


async def settle(year: Year, day: date) -> None:
    """An officer of the township goes there too; the county settles it. Then the task force writes down what is so."""
    numbers = await year.numbers()

    def is_so(household: str) -> bool:
        return year.eyes.inspected(numbers[household], day) is not None

    await everywhere(year.townships, lambda township: inspectors.look_again(year.api, township, is_so))
    lower, unsafe = dict[str, dict[str, Any]](), dict[str, dict[str, str]]()
    for household in await inspectors.settle(year.api):
        no = numbers[household]
        match year.eyes.inspected(no, day):
            case "income":
                lower.setdefault(no[:12], {})[household] = year.eyes.measured(no)
            case "house":
                unsafe.setdefault(no[:12], {})[household] = year.eyes.grade_inspected(no, day)
    await everywhere(sorted(lower), lambda v: villages.state_measured(year.api, Village(v), lower[v], day))
    await everywhere(sorted(unsafe), lambda v: villages.report_grades(year.api, Village(v), unsafe[v], day))


def days() -> list[Day]:
    return [
        Day(DRAWN_ON, "inspections drawn", draw),
        Day(GONE_ON, "inspectors go", go),
        Day(SETTLED_ON, "what they found put right", settle),
    ]
