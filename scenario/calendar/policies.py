"""After the first month of inspections the leading group lets more households be inspected from the next year on."""

from datetime import date

from scenario.actors import policies
from scenario.actors.policies import Document
from scenario.year import YEAR, Day, Year

PROPOSED_ON, CONFIRMED_ON = date(YEAR, 12, 12), date(YEAR, 12, 14)
MORE_INSPECTIONS = Document(
    "神脱贫组〔2017〕41号", "关于扩大脱贫人口抽查范围的通知", "inspection_budget", 600, date(YEAR + 1, 1, 1)
)


async def propose(year: Year, day: date) -> None:
    await policies.propose(year.api, MORE_INSPECTIONS, day)


async def confirm(year: Year, _day: date) -> None:
    await policies.confirm(year.api, MORE_INSPECTIONS)


def days() -> list[Day]:
    return [
        Day(PROPOSED_ON, "policy change proposed", propose),
        Day(CONFIRMED_ON, "policy change confirmed", confirm),
    ]
