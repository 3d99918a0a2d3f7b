"""The year is judged: an inspector draws exits and doors outside the register on its last day, and goes to each."""

from datetime import date

from scenario.actors import county, inspectors
from scenario.actors.patience import named
from scenario.year import YEAR, Day, Year

INSPECTED_ON = date(YEAR, 12, 31)
# [choice]: a wrong exit rate of 2 % is known to some 1.6 points, a missed rate of 0.5 % to some 0.6.
EXITED, OUTSIDE = 300, 600


async def inspect(year: Year, day: date) -> None:
    numbers = await year.numbers()
    listed = year.api.pages(county.PLANNER, "/registry/v1/identifications?state=entered")
    entered = {case["id"] async for case in listed}
    known = {poor.key for poor in year.world.unregistered if named("identification", poor.key) in entered}
    lines = await inspectors.draw(year.api, EXITED, OUTSIDE)
    poor = {code: year.eyes.poor_doors(code, known) for code in {one["division"] for one in lines}}

    def sound(line: dict[str, object]) -> bool:
        if line["kind"] == "outside":
            return line["place"] not in poor[str(line["division"])]
        return year.eyes.inspected_out_of_poverty(numbers[str(line["household_id"])], day)

    # Who split off since is nobody to the world: that line stays open.
    there = [line for line in lines if line["kind"] == "outside" or line["household_id"] in numbers]
    await inspectors.look(year.api, there, sound)


def days() -> list[Day]:
    return [Day(INSPECTED_ON, "exits and doors inspected", inspect)]
