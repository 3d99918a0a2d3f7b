"""Screening and inspections over worlds of which some villages cheat, laid straight into the rules: nobody plays.

Of clean villages at most one in twenty may alarm; the best next inspections must find twice what random ones find. What
the truth file says is opened afterwards, to count.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from math import sqrt
from pathlib import Path
from typing import NamedTuple

from bench.ground import Result
from scenario.world import LINE_FEN, IncomeLines, Visit, World, build_world, helper_income, observed_income, visits
from scenario.world.cheats import WAYS
from scenario.world.draws import stream
from scenario.world.help import COUNTY_TOWN
from services.registry.findings.rules import CODES
from services.registry.inspections.rules import (
    Candidate,
    InspectionPolicy,
    Known,
    best,
    chosen,
    place_in_draw,
    signs_of,
)
from services.registry.screening.rules import (
    Figures,
    Found,
    Said,
    ScreeningPolicy,
    alarmed,
    copied_among,
    counted,
    over_line_by,
    screened,
    tells,
    together,
    without,
)
from shared.ground.policy import read_policy

CHEATING = 0.08  # of the villages [choice]
ON, YEAR, MONTHS = date(2017, 12, 1), 2017, range(1, 12)
FAR_OFF = 0.2  # an income that is stated so much too high or too low is wrong, on whichever side of the line it lies
IN_TOWN = 10_000  # 10^-6 degrees: who wrote a visit that near to the county town was not in the village
Z = 1.96  # of 95 %
_POLICY = read_policy(Path(__file__).parents[1] / "services/registry/policy.toml")
SCREENING, INSPECTING = _POLICY.on(ON, ScreeningPolicy), _POLICY.on(ON, InspectionPolicy)

# A helper's day.
Day = tuple[str, date]


class Seen(NamedTuple):
    """What the register holds of one world, by village or by household."""

    said: dict[str, Said]
    visits: dict[str, list[tuple[str, Visit]]]
    days: dict[str, Counter[Day]]
    found: dict[str, tuple[Found, ...]]


class Counts(NamedTuple):
    """Villages by how they write, and those of them that alarm; wrong households of a budget, by who was chosen how."""

    villages: Counter[str]
    alarms: Counter[str]
    households: int
    wrong: Counter[str]


def seen(world: World) -> Seen:
    """One village's office states, and each helper writes his visits."""
    said = {home.no: _said(observed_income(world, home.no, YEAR), len(home.members)) for home in world.households}
    visited, days = defaultdict[str, list[tuple[str, Visit]]](list), defaultdict[str, Counter[Day]](Counter)
    for cadre in world.help.cadres:
        for month in MONTHS:
            for visit in visits(world, cadre, month):
                visited[visit.household_no].append((cadre.subject, visit))
                days[world.by_no[visit.household_no].village_code][cadre.subject, visit.visited_on] += 1
    own = {
        code: counted([said[no] for no in homes], days[code].values(), SCREENING)
        for code, homes in _homes(world).items()
    }
    return Seen(said, visited, days, _judged(own))


def _said(lines: IncomeLines, members: int) -> Said:
    return Said(
        members,
        {
            "wage": lines.wage_fen,
            "business": lines.business_fen,
            "property": lines.property_fen,
            "transfer": lines.transfer_fen,
            "business_cost": lines.business_cost_fen,
        },
    )


def _homes(world: World) -> dict[str, list[str]]:
    homes = defaultdict[str, list[str]](list)
    for home in world.households:
        homes[home.village_code].append(home.no)
    return homes


def _judged(own: dict[str, Figures]) -> dict[str, tuple[Found, ...]]:
    whole = together(own.values())
    return {code: screened(part, without(whole, part), SCREENING) for code, part in own.items()}


def candidates(world: World, held: Seen) -> Iterator[Candidate]:
    """Every household, with what the register would know of it."""
    copied = {code: copied_among(held.said[no] for no in homes) for code, homes in _homes(world).items()}
    most = SCREENING.screening_day_households
    helpers = {c.subject: c for c in world.help.cadres}
    helped_by = {no: helpers[subject] for subject, homes in world.help.helps.items() for no in homes}
    for home in world.households:
        code, said, written = home.village_code, held.said[home.no], held.visits[home.no]
        found, over = held.found[code], over_line_by(said, SCREENING)
        in_burst = any(held.days[code][subject, visit.visited_on] > most for subject, visit in written)
        own_word = helper_income(world, home.no, helped_by[home.no].behaviour)
        known = Known(
            of_alarm=tells(said, found, copied[code], SCREENING, in_burst=in_burst),
            village_alarm=alarmed(found),
            reviewer_alarm=False,  # here each village has an office of its own, which alarms with it
            suspected=bool(world.truth[home.no].matches),
            finding=any(CODES.intersection(visit.findings) for _, visit in written),
            near_line=over is not None and over > 0,
            sources=1 + (own_word is not None),
            helper_alone=False,
            seen_on=max((visit.visited_on for _, visit in written), default=None),
            inspected_on=None,
        )
        yield Candidate(home.no, signs_of(known, ON, INSPECTING), rested=True)


def is_wrong(world: World, held: Seen, no: str) -> bool:
    """What somebody finds who goes there: an income on the other side of the line, or far off; a visit of nobody."""
    said, true = held.said[no], world.truth[no].incomes[YEAR].net_fen
    line = LINE_FEN[YEAR] * said.members
    if (said.net_fen > line) != (true > line) or abs(said.net_fen - true) > FAR_OFF * abs(true):
        return True
    cheat = world.cheats.get(world.by_no[no].village_code)
    at_a_desk = cheat is not None and cheat.way == "one_day"
    return any((at_a_desk and _of_round(visit)) or _in_town(visit) for _, visit in held.visits[no])


def _of_round(visit: Visit) -> bool:
    return visit.key.startswith("visit/")


def _in_town(visit: Visit) -> bool:
    return max(abs(visit.lat_e6 - COUNTY_TOWN[0]), abs(visit.lon_e6 - COUNTY_TOWN[1])) < IN_TOWN


def measured(seed: int) -> Counts:
    """One world."""
    world = build_world(seed, cheating=CHEATING)
    held = seen(world)
    villages, alarms = Counter[str](), Counter[str]()
    for code, found in held.found.items():
        lifts = world.village_truth[code].standing == "fraud"
        how = world.cheats[code].way if code in world.cheats else "lifts anyway" if lifts else "clean"
        villages[how] += 1
        alarms[how] += alarmed(found)
    budget, all_of_them = INSPECTING.inspection_budget, list(candidates(world, held))
    by_draw = sorted(all_of_them, key=lambda c: place_in_draw(str(seed), c.household_no))
    at_random = stream(seed, "bench", "random inspections").sample([c.household_no for c in all_of_them], budget)
    drawn = {
        "score": [c.household_no for c in best(by_draw, budget, INSPECTING)],
        "list": [c.household_no for c in chosen(all_of_them, budget, str(seed), INSPECTING)],
        "random": at_random,
    }
    wrong = Counter({how: sum(is_wrong(world, held, no) for no in those) for how, those in drawn.items()})
    return Counts(villages, alarms, budget, wrong)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Between which shares it lies, with 95 %."""
    share, spread = part / whole, Z * Z / whole
    middle, reach = share + spread / 2, Z * sqrt(share * (1 - share) / whole + spread / whole / 4)
    return max((middle - reach) / (1 + spread), 0.0), min((middle + reach) / (1 + spread), 1.0)


async def bench_screening(seeds: int = 20) -> list[Result]:
    """Each line says between which shares it lies, with 95 %."""
    return lines([measured(seed) for seed in range(1, seeds + 1)])


def lines(counts: Sequence[Counts]) -> list[Result]:
    """Alarms beside villages, wrong households found by the score beside those found at random."""
    villages, alarms, wrong = (_sum(getattr(c, name) for c in counts) for name in ("villages", "alarms", "wrong"))
    households = sum(c.households for c in counts)
    told = [
        Result(f"alarms, {how} ({_within(alarms[how], villages[how])})", "", alarms[how], "villages", villages[how])
        for how in ("clean", *WAYS, "lifts anyway")
    ]
    for how, name in (("score", "wrong, best next"), ("list", "wrong, of a drawn list")):
        within = _within(wrong[how], households)
        told.append(Result(f"{name} ({within})", "", wrong[how], "at random", wrong["random"]))
    within = _within(wrong["random"], households)
    return [*told, Result(f"wrong, at random ({within})", "", wrong["random"], "households", households)]


def _sum(parts: Iterable[Counter[str]]) -> Counter[str]:
    whole = Counter[str]()
    for part in parts:
        whole.update(part)
    return whole


def _within(part: int, whole: int) -> str:
    low, high = wilson(part, whole)
    return f"{100 * low:.1f} to {100 * high:.1f} %"
