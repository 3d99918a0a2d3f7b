"""Who falls seriously ill among those who are out of poverty, as far as the bureau of health comes to know of it.

Somebody of a household that an illness sets back, and some whose household bears it: a list of patients does not say
what an illness costs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from scenario.world.county import World
from scenario.world.draws import stream

# Of the illnesses that set a household back those that a hospital or the insurance tells of, and after how many days.
KNOWN, KNOWN_AFTER_DAYS = 0.7, (10, 60)  # [choice]
BORNE = 0.01  # of the other households that are out: somebody falls ill in the year, and they bear it [choice]
FIRST_ON, LAST_ON = date(2017, 1, 3), date(2017, 11, 30)
WELL = ("healthy", "chronic")


@dataclass(frozen=True, slots=True)
class Illness:
    """Somebody of household `no` is seriously ill since a day; the bureau knows it from `known_on` on."""

    no: str
    id_number: str
    since: date
    known_on: date

    unit = "health"
    field = "health"
    value = "major"


def illnesses(world: World) -> Iterator[Illness]:
    """In the order of the households' numbers. Who has died by the roster, or dies in the year, is not listed."""
    struck = {s.no: s for s in world.setbacks}
    dead = {(d.no, d.member) for d in world.deaths}
    for home in world.households:
        if home.group != "exited":
            continue
        rng, setback, truth = stream(world.seed, "illness", home.no), struck.get(home.no), world.truth[home.no]
        fate, after, day = rng.random(), rng.randint(*KNOWN_AFTER_DAYS), rng.randrange((LAST_ON - FIRST_ON).days)
        well = [
            m
            for i, m in enumerate(home.members)
            if m.health in WELL and (home.no, i) not in dead and m.id_number not in truth.deceased
        ]
        if setback is None:
            since, is_known = FIRST_ON + timedelta(days=day), fate < BORNE
        else:
            since, is_known = setback.on, setback.cause == "illness" and fate < KNOWN
        if is_known and well:
            yield Illness(home.no, rng.choice(well).id_number, since, since + timedelta(days=after))
