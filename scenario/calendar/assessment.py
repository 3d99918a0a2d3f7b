"""Help: units and helpers, visits, the survey, scores, cases."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from scenario.actors import assessment, townships, villages
from scenario.actors.villages import Village
from scenario.world import check_ins, visits
from scenario.world.visits import SYNC_DAY
from scenario.year import YEAR, Day, Deed, Year, everywhere

PAIRED_ON = date(YEAR, 1, 16)
HANDED_OVER_ON = date(YEAR, 7, 10)
BLUNDERS_MONTH = 3
LAST_CHECK_IN = date(YEAR, 12, SYNC_DAY)  # the last before the year is scored
OBJECTIONS_ON = (date(YEAR, 10, 18), date(YEAR, 11, 1), date(YEAR, 11, 15))
WIDTH = 12  # phones at once


async def found_help(year: Year, _day: date) -> None:
    """Right after the corrected roster: everybody registered gets a helper."""
    helping: Any = year.world.help
    await assessment.declare_places(year.api, helping.places)
    await assessment.declare_units(year.api, helping.units)
    await _pair(year, [c for c in helping.cadres if c.starts_on == PAIRED_ON])


async def hand_over(year: Year, _day: date) -> None:
    """Those called away in summer, and who follows them."""
    await _pair(year, [c for c in year.world.help.cadres if c.starts_on == HANDED_OVER_ON])


async def _pair(year: Year, cadres: list[Any]) -> None:
    await assessment.declare_cadres(year.api, cadres)
    ids, helps = await year.households(), year.world.help.helps
    helped: dict[str, list[tuple[Any, str]]] = {}
    for cadre in cadres:
        for no in helps.get(cadre.subject, ()):
            helped.setdefault(no[:9], []).append((cadre, ids[no]))
    await everywhere(sorted(helped), lambda t: assessment.pair(year.api, t, helped[t]))


async def sync_visits(year: Year, day: date) -> None:
    ids = await year.households()
    found = [(c, visits(year.world, c, day.month)) for c in year.world.help.cadres]
    sending: list[tuple[Any, Any]] = [(c, sent) for c, sent in found if sent]
    await everywhere(sending, lambda s: assessment.sync_visits(year.api, s[0], s[1], ids), WIDTH)
    if day.month == BLUNDERS_MONTH and sending:
        cadre, sent = sending[0]
        tomorrow = day + timedelta(days=1)
        await assessment.sync_blunders(year.api, cadre, sent[0], ids[sent[0].household_no], tomorrow)


async def look_into_findings(year: Year, day: date) -> None:
    """What the month's visits found; whose income is lower than stated, the task force states it as measured."""
    await year.see_homes()
    numbers = await year.numbers()

    def look(household_id: str, finding: str, *, measured: bool) -> tuple[bool, str]:
        return year.eyes.looked_into(numbers[household_id], finding, day, measured=measured)

    lower = await everywhere(year.townships, lambda t: townships.look_into_findings(year.api, t, look, day))
    anew: dict[str, dict[str, Any]] = {}
    for household in (h for found in lower for h in found):
        no = numbers[household]
        anew.setdefault(no[:12], {})[household] = year.eyes.measured(no)
    await everywhere(sorted(anew), lambda v: villages.state_measured(year.api, Village(v), anew[v], day))


async def check_in(year: Year, day: date) -> None:
    stationed = [c for c in year.world.help.cadres if c.role != "helper"]
    days: dict[Any, Any] = {c: check_ins(year.world, c, day.month, day.day) for c in stationed}
    await everywhere(list(days), lambda c: assessment.check_in(year.api, c, days[c]), WIDTH)


async def suspect_villages(year: Year, _day: date) -> None:
    await assessment.suspect_villages(year.api, await year.numbers())


async def suspect_copies(year: Year, _day: date) -> None:
    await assessment.suspect_copies(year.api, YEAR)


async def confirm_cases(year: Year, _day: date) -> None:
    def visited_often(household_no: str) -> bool:
        return year.eyes.survey(household_no).visited_often

    await assessment.confirm_cases(year.api, await year.numbers(), visited_often)


async def review_frozen(year: Year, _day: date) -> None:
    numbers = await year.numbers()

    def over_line(household: str) -> bool:
        return household in numbers and year.eyes.measured_over_line(numbers[household])

    await everywhere(year.townships, lambda t: assessment.review_frozen(year.api, t, over_line))


async def open_survey(year: Year, day: date) -> None:
    await assessment.open_survey(year.api, YEAR, f"{day:%Y%m%d}-{year.world.seed}")


async def ask_households(year: Year, day: date) -> None:
    numbers = await year.numbers()

    def ask(household: str) -> Any:
        return year.eyes.survey(numbers[household]) if household in numbers else None

    await assessment.ask_households(year.api, YEAR, day, ask)


async def appeal(year: Year, _day: date) -> None:
    cadres: tuple[Any, ...] = year.world.help.cadres
    await assessment.appeal(year.api, YEAR, cadres)


def days() -> list[Day]:
    found = [
        Day(PAIRED_ON, "units, helpers, pairings", found_help),
        Day(HANDED_OVER_ON, "helpers hand over", hand_over),
        Day(LAST_CHECK_IN, "presence sent", check_in),
    ]
    found += [Day(date(YEAR, month, SYNC_DAY), "phones send visits", sync_visits) for month in range(1, 13)]
    found += [Day(date(YEAR, m, monthrange(YEAR, m)[1]), "presence sent", check_in) for m in range(1, 12)]
    # Before the county decides: each wave's cases are laid before it some days later.
    found += [
        Day(date(YEAR, m, SYNC_DAY + 1), "townships look into findings", look_into_findings) for m in range(1, 13)
    ]
    for objected_on in OBJECTIONS_ON:
        found += [
            Day(objected_on + timedelta(days=1), "auditors open cases", suspect_villages),
            Day(objected_on + timedelta(days=2), "cases confirmed", confirm_cases),
            Day(objected_on + timedelta(days=4), "frozen households reviewed", review_frozen),
        ]
    steps: list[tuple[int, int, str, Deed]] = [
        (11, 27, "auditors read notes", suspect_copies), (11, 28, "cases confirmed", confirm_cases),
        (12, 1, "survey drawn", open_survey), (12, 6, "households asked", ask_households),
        (12, 8, "survey closed", lambda year, _: assessment.close_survey(year.api, YEAR)),
        (12, 20, "help scored", lambda year, _: assessment.score(year.api, YEAR)),
        (12, 21, "scores published", lambda year, _: assessment.publish(year.api, YEAR)),
        (12, 22, "appeals", appeal),
        (12, 27, "appeals decided", lambda year, _: assessment.decide_appeals(year.api, YEAR)),
    ]  # fmt: skip
    return found + [Day(date(YEAR, month, on), title, deed) for month, on, title, deed in steps]
