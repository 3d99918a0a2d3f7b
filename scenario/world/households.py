"""A registered household as the village and the county's lists know it; what is really so is in `truth`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from scenario.world import names
from scenario.world.draws import Table, stream
from scenario.world.geography import Village
from scenario.world.groups import Group, Place
from scenario.world.people import ABLE, AGES_ON, Member

NO_PHONE = 0.06
DEEP_POVERTY = {"exited": 0.0, "planned": 0.02, "rest": 0.14}
ATTRIBUTE = {
    "exited": Table({"general": 88, "allowance": 4, "allowance_poor": 8}),
    "planned": Table({"general": 74, "allowance": 6, "allowance_poor": 20}),
    "rest": Table({"general": 55, "allowance": 9, "allowance_poor": 36}),
}
SUPPORTED_AGE, SUPPORTED = 65, 0.45  # five guarantees: old, alone, unable to work
IDENTIFIED = Table({(2013, 12): 8, (2014, 4): 30, (2014, 6): 38, (2015, 10): 14, (2016, 11): 10})


@dataclass(frozen=True, slots=True)
class Household:
    """Sixteen digits of `no` are the village's code and a serial; `phone` None: none is known.

    attribute: general allowance supported allowance_poor; causes: slugs of `people.CAUSES`; `relocation`:
    the cohort's year; `planned_2017`: on the county's plan for the year.
    """

    no: str
    village_code: str
    hamlet: str
    members: tuple[Member, ...]
    group: Group
    exit_year: int | None
    relocation: int | None
    attribute: str
    main_cause: str
    other_causes: tuple[str, ...]
    identified_on: date
    deep_poverty: bool
    phone: str | None
    bank_account: str

    @property
    def planned_2017(self) -> bool:
        return self.group == "planned"


def make_households(
    seed: int,
    homes: Sequence[Village],
    members: Sequence[tuple[Member, ...]],
    places: Sequence[Place],
    causes: Sequence[tuple[str, tuple[str, ...]]],
) -> tuple[Household, ...]:
    """Households in the order of their numbers; the four sequences have the same order."""
    serials: dict[str, int] = {}
    made = []
    for village, people, place, (main, others) in zip(homes, members, places, causes, strict=True):
        serial = serials[village.code] = serials.get(village.code, 0) + 1
        no = f"{village.code}{serial:04}"
        rng = stream(seed, "household", no)
        made.append(
            Household(
                no=no,
                village_code=village.code,
                hamlet=_hamlet(rng, village),
                members=people,
                group=place.group,
                exit_year=place.exit_year,
                relocation=place.relocation,
                attribute=_attribute(rng, people, place.group),
                main_cause=main,
                other_causes=others,
                identified_on=_identified_on(rng, place),
                deep_poverty=rng.random() < DEEP_POVERTY[place.group],
                phone=names.phone(rng) if rng.random() >= NO_PHONE else None,
                bank_account=names.account(rng),
            )
        )
    return tuple(made)


def _hamlet(rng: Random, village: Village) -> str:
    """The village itself, or one of its two other settlements."""
    name = village.name.removesuffix("村")
    return rng.choice((name, name, f"前{name}", f"后{name}"))


def _attribute(rng: Random, members: tuple[Member, ...], group: Group) -> str:
    drawn = ATTRIBUTE[group].draw(rng)
    head = members[0]
    alone = len(members) == 1 and AGES_ON.year - head.born_on.year >= SUPPORTED_AGE and head.labour not in ABLE
    return "supported" if alone and rng.random() < SUPPORTED else drawn


def _identified_on(rng: Random, place: Place) -> date:
    """The first day of the month of registration, always before the year of exit or in 2014's first half."""
    year, month = IDENTIFIED.draw(rng)
    if place.exit_year is not None and year >= place.exit_year:
        year, month = 2013, 12
    return date(year, month, 1)
