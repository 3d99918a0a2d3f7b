"""After an exit: the county has signals weighed, task forces look where they must, and see again who got out."""

from datetime import date

from scenario.actors import county, departments, risks
from scenario.actors.villages import Village
from scenario.year import YEAR, Day, Year, everywhere

# Each quarter, before the county's one round of changes in October, and once when it is over.
WEIGHED_ON = (date(YEAR, 4, 10), date(YEAR, 7, 10), date(YEAR, 10, 10), date(YEAR, 12, 9))
# The first follow-ups of each wave of exits, in the months in which they fall due.
FOLLOWED_ON = {date(YEAR, 11, 26): (date(YEAR, 11, 1),), date(YEAR, 12, 10): (date(YEAR, 12, 1),)}
SAFE = ("A", "B")
# What is neither an illness nor a lost harvest is a lost job.
CAUSES = {"illness": "illness", "disaster": "disaster", "other": "job"}


async def watch(year: Year, day: date) -> None:
    """The bureau of health attests whom it knows to be ill since the last time, villages tell what befell their people
    as far as they have heard of it; then all signals are weighed, and somebody looks where he must.
    """
    since = max((d for d in WEIGHED_ON if d < day), default=date.min)
    ids, told = await year.households(), {s.no for s in year.eyes.setbacks(since)}
    struck: dict[str, list[tuple[str, str, date]]] = {}
    for s in year.eyes.setbacks(day):
        if s.no not in told:
            struck.setdefault(s.no[:12], []).append((ids[s.no], CAUSES[s.cause], s.on))
    await everywhere(sorted(struck), lambda v: risks.tell(year.api, Village(v), struck[v]))
    await departments.attest(year.api, "health", [p for p in year.eyes.patients(day) if p.known_on > since])
    await county.weigh_risks(year.api)
    numbers = await year.numbers()
    seen: dict[str, list[tuple[str, str]]] = {}
    for warning in await risks.warned(year.api):
        # Who split off since is nobody to the world: the warning stays open.
        if (no := numbers.get(warning["household_id"])) is None:
            continue
        setback = year.eyes.at_risk(no, day)
        found = "fine" if setback is None else "fallen" if year.eyes.under_line(no) else "needs_help"
        seen.setdefault(warning["division"], []).append((warning["id"], found))
    await everywhere(sorted(seen), lambda v: risks.look(year.api, Village(v), seen[v]))


async def follow_up(year: Year, day: date) -> None:
    await year.see_homes()
    numbers = await year.numbers()
    cases: dict[str, dict[str, str]] = {}
    for month in FOLLOWED_ON[day]:
        for case in await risks.due(year.api, month, day):
            # Of who split off since the duty stays open too.
            if no := numbers.get(case["household_id"]):
                cases.setdefault(case["division"], {})[case["id"]] = no

    def see(no: str) -> tuple[str, list[str]]:
        seen = year.eyes.conditions(no, day)
        wrong = {"house_unsafe": seen.house_grade not in SAFE, "water_unsafe": not seen.safe_water}
        return year.eyes.beside_line(no), [code for code, holds in wrong.items() if holds]

    await everywhere(
        sorted(cases), lambda v: risks.follow_up(year.api, Village(v), sorted(cases[v]), lambda c: see(cases[v][c]))
    )


def days() -> list[Day]:
    return [
        *(Day(on, "risk signals weighed", watch) for on in WEIGHED_ON),
        *(Day(on, "households seen again", follow_up) for on in FOLLOWED_ON),
    ]
