"""Villages that write what is not so, each in one way of its own; only the truth file says which.

Beside those that lift anyway. Who asks for none of them (`build_world(..., cheating=0.0)`) gets the same county, seen
through honest eyes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal, get_args

from scenario.world.draws import stream
from scenario.world.economy import LINE_FEN, IncomeLines
from scenario.world.geography import VillageTruth
from scenario.world.households import Household
from scenario.world.truth import HouseholdTruth, over_line

Way = Literal["lifted", "copied", "invented", "one_day"]
WAYS: tuple[Way, ...] = get_args(Way)

CHEATING = 0.04  # of the villages with registered households [choice]
LIFTED_YUAN = (4, 49)  # over the line, per head, in villages that lift
LIFT_TO_BUSINESS = 0.6  # the rest of the invented income is called transfer
COPIED = 0.5  # of the households of a village that copies, those whose sheet is another's [choice]
INVENTED_OVER = (1.03, 1.6)  # of the line, where figures are invented [choice]
INVENTED_TO_FEN = 50_000  # who invents writes five hundreds of yuan [choice]
INVENTED_SHARES = {"wage_fen": 0.35, "business_fen": 0.5, "property_fen": 0.1, "transfer_fen": 0.2}
INVENTED_COST = 0.15  # what is left over goes to the costs of the business


@dataclass(frozen=True, slots=True)
class Cheat:
    """How a village cheats; `sheet` is the household whose sheet the others copy, where they do."""

    village_code: str
    way: Way
    sheet: str | None


def draw_cheats(
    seed: int,
    households: Sequence[Household],
    standings: Mapping[str, VillageTruth],
    truth: Mapping[str, HouseholdTruth],
    share: float,
) -> dict[str, Cheat]:
    """By village, in the order of their codes; each way in turn. Who lifts anyway is none of them."""
    homes: dict[str, list[str]] = {}
    for home in households:
        if standings[home.village_code].standing != "fraud":
            homes.setdefault(home.village_code, []).append(home.no)
    rng = stream(seed, "cheats")
    chosen = rng.sample(sorted(homes), round(share * len(homes)))
    found = {}
    for n, code in enumerate(chosen):
        way = WAYS[n % len(WAYS)]
        over = [no for no in homes[code] if over_line(truth[no].incomes[2017], truth[no].members, 2017)]
        sheet = rng.choice(over or homes[code]) if way == "copied" else None
        found[code] = Cheat(code, way, sheet)
    return dict(sorted(found.items()))


def lifted(rng: Random, seen: IncomeLines, members: int, year: int, rounded_fen: int = 1) -> IncomeLines:
    """A little over the line, whatever there was; what is added in multiples of `rounded_fen`."""
    target = members * (LINE_FEN[year] + rng.randint(*LIFTED_YUAN) * 100)
    missing = -(-(target - seen.net_fen) // rounded_fen) * rounded_fen
    invented = max(round(missing * LIFT_TO_BUSINESS / rounded_fen) * rounded_fen, -seen.business_fen)
    return replace(
        seen,
        business_fen=seen.business_fen + invented,
        transfer_fen=seen.transfer_fen + missing - invented,
    )


def copies(seed: int, household_no: str) -> bool:
    """Whether a household of a village that copies gets another's sheet."""
    return stream(seed, "copied", household_no).random() < COPIED


def invented(seed: int, household_no: str, members: int, year: int) -> IncomeLines:
    """Figures that nobody counted, over the line."""
    rng = stream(seed, "invented", household_no, year)
    net = members * LINE_FEN[year] * rng.uniform(*INVENTED_OVER)

    def round_fen(share: float) -> int:
        return max(round(net * share * rng.uniform(0.8, 1.2) / INVENTED_TO_FEN), 1) * INVENTED_TO_FEN

    return IncomeLines(
        **{name: round_fen(share) for name, share in INVENTED_SHARES.items()},
        business_cost_fen=round_fen(INVENTED_COST),
    )
