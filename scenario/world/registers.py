"""What other registers list of registered households, and what somebody sees who goes there.

A comparison finds some 1.5 % of households (`truth.matches`). Who never was poor has what is listed since before he was
registered. Of the others half have it for a reason that excuses it, bought later to live by, and half do not have it:
it was sold, or is another's of the same name [choice].
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from scenario.world.county import World
from scenario.world.draws import stream
from scenario.world.truth import HouseholdTruth
from shared.values.id_number import check_digit

Register = Literal["payroll", "vehicles", "houses", "companies"]
Circumstance = Literal["livelihood", "shares_only"]
REGISTERS: dict[str, Register] = {"EX1": "payroll", "EX3": "vehicles", "EX4": "houses", "EX5": "companies"}
# To live by it; held through land, a fund or a subsidised loan alone.
EXCUSES: dict[str, Circumstance] = {"EX3": "livelihood", "EX5": "shares_only"}
STILL_HIS = 0.5  # of the poor who are listed [choice]
MISJUDGED = 0.05  # of what somebody sees who goes there [choice]
STRANGERS = 400  # people in the same lists of whom the register knows nothing
FIRST_ON, LAST_ON = date(2009, 1, 5), date(2017, 11, 30)
VEHICLE_FEN = (3_200_000, 9_800_000)


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A row of a register's list; `value_fen` of vehicles alone."""

    register: Register
    id_number: str
    thing: str
    since: date
    value_fen: int | None


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees who looks into it: whether it is so, since when, and what excuses it."""

    so: bool
    since: date | None
    circumstance: Circumstance | None


def listings(world: World) -> Iterator[RegisterRow]:
    """The rows of all lists, of people of the register in the order of their households, then of strangers."""
    for home in world.households:
        for code in world.truth[home.no].matches:
            yield _listed(world, home.no, REGISTERS[code], home.members[0].id_number)
    known = {member.id_number for home in world.households for member in home.members}
    for n in range(STRANGERS):
        first = f"140999{1950 + n % 50}0101{n + 500:03}"
        number = first + check_digit(first)
        if number not in known:
            yield _listed(world, f"stranger/{n}", list(REGISTERS.values())[n % len(REGISTERS)], number)


def _listed(world: World, key: str, register: Register, id_number: str) -> RegisterRow:
    rng = stream(world.seed, "listed", key)
    value = rng.randrange(*VEHICLE_FEN, 10_000) if register == "vehicles" else None
    return RegisterRow(register, id_number, f"X{rng.randrange(10**8):08}", _since(world, key), value)


def _since(world: World, key: str) -> date:
    """Before the registration of who never was poor; after it of whom it excuses."""
    rng, truth = stream(world.seed, "listed since", key), world.truth.get(key)
    registered_on = world.by_no[key].identified_on if truth else LAST_ON
    late = truth is not None and not truth.not_poor
    first, last = (registered_on, LAST_ON) if late else (FIRST_ON, registered_on)
    return first + timedelta(days=1 + rng.randrange(max((last - first).days - 1, 1)))


def is_so(world: World, truth: HouseholdTruth) -> bool:
    """Whether what is listed is the household's."""
    return truth.not_poor or stream(world.seed, "still his", truth.no).random() < STILL_HIS


def looked_at(world: World, household_no: str) -> Sight:
    """By one of the task force, who sometimes errs."""
    truth = world.truth[household_no]
    errs = stream(world.seed, "looked at", household_no).random() < MISJUDGED
    so = is_so(world, truth) is not errs
    excuse = EXCUSES.get(truth.matches[0]) if so and not truth.not_poor else None
    return Sight(so, _since(world, household_no) if so else None, excuse)
