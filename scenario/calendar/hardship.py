"""Hardship: who fell back is counted as poor again, and the county has it counted who is in deep poverty."""

from datetime import date

from scenario.actors import county, returns, risks
from scenario.actors.returns import Fallen
from scenario.actors.villages import Village
from scenario.year import YEAR, Day, Year, everywhere

# After the income year has closed and been stated, in the county's one round of changes (domain notes 9.6): proposed
# where the missed apply, confirmed where the county compares them. A return is counted apart from who is new (S29).
PROPOSED_ON, CONFIRMED_ON = date(YEAR, 10, 11), date(YEAR, 11, 24)
# In spring, when the certificates of the disabled have come in (22 February) and the year's help is shared out by who
# is worst off; and at the year's end, when incomes and houses are what was seen in autumn, the exits are announced,
# the new and the returned are in, and the deaths and births of December are confirmed (13 December): for the next plan.
COUNTED_ON = (date(YEAR, 3, 1), date(YEAR, 12, 15))


async def propose_returns(year: Year, day: date) -> None:
    """The task force goes where it hears that something happened, or saw it because of signals; who is over the line
    all the same stays out.
    """
    ids, numbers = await year.households(), await year.numbers()
    looked = [year.eyes.at_risk(numbers[one], day) for one in await risks.fallen(year.api)]
    known = {s.no: s for s in (*year.eyes.setbacks(day), *looked) if s}
    found: dict[str, list[Fallen]] = {}
    for _, s in sorted(known.items()):
        if year.eyes.under_line(s.no):
            fallen = Fallen(ids[s.no], s.cause, s.on, year.eyes.income(s.no))
            found.setdefault(s.no[:12], []).append(fallen)
    await everywhere(sorted(found), lambda v: returns.propose(year.api, Village(v), found[v], day))


async def confirm_returns(year: Year, _day: date) -> None:
    await returns.confirm(year.api)


async def count_deep_poverty(year: Year, _day: date) -> None:
    await county.count_deep_poverty(year.api)


def days() -> list[Day]:
    return [
        Day(PROPOSED_ON, "returns proposed", propose_returns),
        Day(CONFIRMED_ON, "returns confirmed", confirm_returns),
        *(Day(on, "deep poverty counted", count_deep_poverty) for on in COUNTED_ON),
    ]
