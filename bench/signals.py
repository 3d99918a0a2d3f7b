"""Risk signals over worlds of which the register hears as it hears in a year, laid straight into the rule: nobody
plays.

What befalls households is the world's. Of it comes to be known what a village hears or a helper is told, who is ill,
who died, what was stated by the roster, whose loan is overdue. What helpers find is looked into within days and left
out, as are posts and dividends: the world does not say whose is lost. Whom the truth has under the line is opened
afterwards, to count.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

from bench.ground import Result
from bench.screening import wilson
from scenario.world import LINE_FEN, World, build_world, illnesses, over_line, roster_view, setback_known
from services.registry.signals.rules import (
    NearPolicy,
    RiskFacts,
    RiskPolicy,
    Signal,
    in_order,
    income_signal,
    risk_decision,
)
from shared.ground.policy import read_policy

YEAR = 2017
# Weighed once a month; what is said of a day is known some days later.
ROUNDS = tuple(date(YEAR, month, 10) for month in range(2, 13))
STATED_ON, OVERDUE_ON, REPORTED_AFTER = date(YEAR, 1, 10), date(YEAR, 9, 20), timedelta(days=30)
DAYS_A_MONTH = 30.44
_POLICY = read_policy(Path(__file__).parents[1] / "services/registry/policy.toml")
RISK, NEAR = _POLICY.on(ROUNDS[0], RiskPolicy), _POLICY.on(ROUNDS[0], NearPolicy)


class Known(NamedTuple):
    """A signal, and the day from which on the register knows it."""

    signal: Signal
    known_on: date


class Counts(NamedTuple):
    """Of one world: households that are out, that fell back, at whom somebody must look; of these who fell back since
    something befell them, and who was struck before it or is near the line; months to the warning.
    """

    out: int
    fell: int
    warned: int
    found: int
    rightly: int
    months: list[float]


def known_of(world: World) -> dict[str, list[Known]]:
    """By household that is out, in no order."""
    found = defaultdict[str, list[Known]](list)

    def told(no: str, kind: str, since_on: date, known_on: date) -> None:
        found[no].append(Known(Signal(kind, since_on), known_on))

    for one in illnesses(world):
        told(one.no, "fell_ill", one.since, one.known_on)
    for setback in world.setbacks:
        heard_on = next((on for on in ROUNDS if setback_known(world, setback, on)), None)
        if heard_on:
            told(setback.no, "misfortune", setback.on, heard_on)
    for death in world.deaths:
        told(death.no, "member_died", death.died_on, death.died_on + REPORTED_AFTER)
    for wish in world.wishes:
        if wish.overdue and wish.household_no:
            told(wish.household_no, "loan_overdue", OVERDUE_ON, OVERDUE_ON)
    for home in world.households:
        net = roster_view(world, home.no).income.net_fen
        if kind := income_signal(net, len(home.members), NEAR.poverty_line_fen, NEAR.risk_near_ppm):
            told(home.no, kind, STATED_ON, STATED_ON)
    return found


def first_warning(known: Sequence[Known], exited_on: date, policy: RiskPolicy = RISK) -> date | None:
    """The first round in which somebody must look."""
    for on in ROUNDS:
        signals = in_order(one.signal for one in known if one.known_on <= on)
        facts = RiskFacts("exited", on, exited_on, None, signals)
        if risk_decision(facts, policy).outcome == "approved":
            return on
    return None


def measured(seed: int) -> Counts:
    """One world."""
    world = build_world(seed)
    known, struck = known_of(world), {s.no: s.on for s in world.setbacks}
    out = [home for home in world.households if home.group == "exited"]
    fell = {no for no in struck if not over_line(world.truth[no].incomes[YEAR], world.truth[no].members, YEAR)}
    warned = {
        home.no: on
        for home in out
        if (on := first_warning(known[home.no], date(int(home.exit_year or YEAR - 1), 12, 31))) is not None
    }
    since = {no for no, on in warned.items() if no in struck and on >= struck[no]}
    near = {no for no in warned if _near(world, no)}
    months = [(warned[no] - struck[no]).days / DAYS_A_MONTH for no in sorted(fell & since)]
    return Counts(len(out), len(fell), len(warned), len(fell & since), len(since | near), months)


def _near(world: World, no: str) -> bool:
    truth = world.truth[no]
    return 2 * truth.incomes[YEAR].net_fen <= 3 * LINE_FEN[YEAR] * truth.members


async def bench_signals(seeds: int = 20) -> list[Result]:
    """Each line says between which shares it lies, with 95 %."""
    return lines([measured(seed) for seed in range(1, seeds + 1)])


def lines(counts: Sequence[Counts]) -> list[Result]:
    """Recall, precision, how often somebody looks, and after how many months."""
    out, fell, warned, found, rightly = (
        sum(getattr(c, name) for c in counts) for name in ("out", "fell", "warned", "found", "rightly")
    )
    months = sorted(m for c in counts for m in c.months)
    told = [
        Result(f"fell back and warned of, recall ({_within(found, fell)})", "", found, "fell back", fell),
        Result(f"fell back, precision ({_within(found, warned)})", "", found, "warned of", warned),
        Result(f"struck before, or near the line ({_within(rightly, warned)})", "", rightly, "warned of", warned),
        Result(f"looked at in the year ({_within(warned, out)})", "", warned, "households that are out", out),
    ]
    if len(months) > 1:
        low, middle, high = quantiles(months, n=4, method="inclusive")
        told.append(
            Result(f"months to the warning, median ({low:.1f} to {high:.1f})", "", middle, "at the latest", months[-1])
        )
    return told


def _within(part: int, whole: int) -> str:
    if not whole:
        return "nothing"
    low, high = wilson(part, whole)
    return f"{100 * low:.1f} to {100 * high:.1f} %"
