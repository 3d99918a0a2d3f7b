"""The exits of households, in three waves, of villages and of whole townships; and what undone ones touch."""

from datetime import date, timedelta

from scenario.actors import county, touched, townships, villages
from scenario.actors.villages import Village
from scenario.year import YEAR, Day, Deed, Year, everywhere

CONFIRMED_SHARE = 10  # representatives: one for ten rural people


def _wave(year: Year, first: int) -> list[Village]:
    """Townships go through the exit procedure in three waves, so that the county's office keeps up."""
    chosen = set(year.townships[first::3])
    return [v for v in year.villages if v.code[:9] in chosen]


def wave_days(number: int, start: date) -> list[Day]:
    """One wave from the round that the county opens to the announcement; a notice stands seven days."""

    async def open_rounds(year: Year, _day: date) -> None:
        # The later steps are open-ended: an objection lets a notice begin anew.
        stages = {"proposed": (start, start + timedelta(days=1)), "reviewed": (start, start + timedelta(days=4))}
        await county.open_exit_rounds(year.api, [v.code for v in _wave(year, number)], stages)

    async def propose(year: Year, _day: date) -> None:
        await year.see_homes()
        await everywhere(_wave(year, number), lambda v: villages.propose_exits(year.api, v, year.eyes))

    async def review(year: Year, _day: date) -> None:
        numbers = await year.numbers()
        people = {v.code: v.rural_people for v in year.world.villages}
        await everywhere(
            _wave(year, number),
            lambda v: villages.review_exits(year.api, v, year.eyes, numbers, max(5, people[v.code] // CONFIRMED_SHARE)),
        )

    async def check(year: Year, day: date) -> None:
        numbers = await year.numbers()
        await everywhere(_wave(year, number), lambda v: villages.check_exits(year.api, v, year.eyes, numbers, day))

    async def post(year: Year, _day: date) -> None:
        await everywhere(_wave(year, number), lambda v: villages.post_notices(year.api, v))

    async def object_(year: Year, _day: date) -> None:
        numbers = await year.numbers()
        found = await everywhere(_wave(year, number), lambda v: villages.read_notices(year.api, v, year.eyes, numbers))
        by_township: dict[str, list[tuple[str, bool]]] = {}
        for village, objections in zip(_wave(year, number), found, strict=True):
            looked_into = [(one, year.eyes.income_was_invented(no)) for one, no in objections]
            by_township.setdefault(village.code[:9], []).extend(looked_into)
        for township, objections in by_township.items():
            await townships.resolve_objections(year.api, township, objections)

    async def township(year: Year, _day: date) -> None:
        await everywhere(year.townships[number::3], lambda t: townships.check_exits(year.api, t))

    steps: list[tuple[int, str, Deed]] = [
        (-5, "county opens rounds", open_rounds),
        (0, "villages propose exits", propose), (2, "villagers' meetings", review), (5, "checks and consents", check),
        (6, "notices", post), (9, "objections", object_), (14, "township checks", township),
        (16, "county decides", lambda year, _: county.decide_exits(year.api)),
        (18, "exits announced", lambda year, _: county.announce_exits(year.api)),
    ]  # fmt: skip
    return [Day(start + timedelta(days=after), title, deed) for after, title, deed in steps]


async def propose_villages(year: Year, _day: date) -> None:
    await everywhere(year.townships, lambda t: townships.propose_villages(year.api, t))


async def post_village_notices(year: Year, _day: date) -> None:
    await everywhere(year.townships, lambda t: townships.post_village_notices(year.api, t))


async def decide_villages(year: Year, _day: date) -> None:
    await county.decide_villages(year.api, await townships.villages_in(year.api, county.DECIDER, "noticed"))


async def announce_villages(year: Year, _day: date) -> None:
    await county.announce_villages(year.api, await townships.villages_in(year.api, county.ANNOUNCER, "approved"))


async def propose_townships(year: Year, _day: date) -> None:
    async def propose(township: str) -> None:
        await townships.propose_township(year.api, township)
        await townships.post_township_notice(year.api, township)

    await everywhere(year.townships, propose)


async def decide_townships(year: Year, _day: date) -> None:
    await county.decide_townships(year.api, await townships.townships_in(year.api, county.DECIDER, "noticed"))


async def announce_townships(year: Year, _day: date) -> None:
    await county.announce_townships(year.api, await townships.townships_in(year.api, county.ANNOUNCER, "approved"))


async def check_late(year: Year, _day: date) -> None:
    await everywhere(year.townships, lambda t: townships.check_exits(year.api, t))


def days() -> list[Day]:
    found = [
        Day(date(YEAR, 12, 4), "townships propose villages", propose_villages),
        Day(date(YEAR, 12, 5), "village notices", post_village_notices),
        Day(date(YEAR, 12, 14), "county decides villages", decide_villages),
        Day(date(YEAR, 12, 18), "villages announced", announce_villages),
        Day(date(YEAR, 12, 19), "townships proposed and on notice", propose_townships),
        Day(date(YEAR, 12, 20), "benefits of the struck looked at", lambda year, _: touched.say(year.api)),
        Day(date(YEAR, 12, 21), "what becomes of them confirmed", lambda year, _: touched.confirm(year.api)),
        Day(date(YEAR, 12, 27), "county decides townships", decide_townships),
        Day(date(YEAR, 12, 28), "townships announced", announce_townships),
    ]
    # Whose notice began anew, as a neighbour had objected for nothing, is checked a second time.
    found += [
        Day(date(YEAR, 11, 27), "township checks of the late", check_late),
        Day(date(YEAR, 11, 28), "county decides on the late", lambda year, _: county.decide_exits(year.api)),
        Day(date(YEAR, 11, 30), "late exits announced", lambda year, _: county.announce_exits(year.api)),
    ]
    for number, start in enumerate((date(YEAR, 10, 9), date(YEAR, 10, 23), date(YEAR, 11, 6))):
        found += wave_days(number, start)
    return found
