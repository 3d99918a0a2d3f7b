"""True incomes by category for the income years 2016 and 2017 (1 October to 30 September), in fen.

Laws of domain notes 5 [choice]: exited, median 6,700 yuan per head in 2017 and sigma 0.30; planned for
2017, median near 2,700 before measures, then lifted by produce, wages, transfers and dividends received by
30 September; the rest, median 2,300. Both years count the same members.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from scenario.world.groups import Group
from scenario.world.people import ABLE, Member

LINE_FEN = {2016: 314_600, 2017: 333_500}  # per head; series A of domain notes 2.1
GROWTH = 1.06

EXITED_MEDIAN, EXITED_SIGMA = 6_700, 0.30  # yuan per head, 2017
PLANNED_MEDIAN, PLANNED_SIGMA = 2_700, 0.14  # 2016, before measures
LIFTED_MEDIAN, LIFTED_SIGMA, LIFTED_LEAST = 4_500, 0.18, 3_340  # 2017, where measures reach
MISSED_LEAST, MISSED_MOST = 2_350, 3_330  # 2017, where they do not
REST_MEDIAN, REST_SIGMA = 2_300, 0.20  # 2016
REST_DRIFT = 0.08
NOT_POOR_MEDIAN, NOT_POOR_SIGMA = 9_000, 0.25  # 2017, registered though not poor
BELOW_LINE = 0.93  # nobody is planned who was over the line before: highest draw as a share of it

# share of the planned that measures lift over the line, by the village's standing: 95 % of the honest
LIFTED = {"steady": 0.993, "lagging": 0.80, "later": 0.91, "fraud": 0.65}

# categories: wage, business net of cost, property, transfer; by whether anybody in the household can work
SHARES = {True: (0.265, 0.405, 0.105, 0.225), False: (0.03, 0.09, 0.16, 0.72)}
LIFT_SHARES = {True: (0.33, 0.44, 0.13, 0.10), False: (0.02, 0.08, 0.35, 0.55)}
SPREAD = 3.0  # shape of the gamma draws around the shares: larger is more alike
COST_SHARE = (0.18, 0.42)  # of gross produce


@dataclass(frozen=True, slots=True)
class IncomeLines:
    """A household's income of one income year in fen; `business_fen` is gross, before its costs."""

    wage_fen: int
    business_fen: int
    property_fen: int
    transfer_fen: int
    business_cost_fen: int

    @property
    def net_fen(self) -> int:
        """What is compared with line x members: domain notes 2.1 (S15)."""
        return self.wage_fen + self.business_fen + self.property_fen + self.transfer_fen - self.business_cost_fen


def draw_incomes(
    rng: Random, members: Sequence[Member], group: Group, standing: str, *, not_poor: bool
) -> dict[int, IncomeLines]:
    """True incomes of the years 2016 and 2017."""
    before, after = _per_head_yuan(rng, group, standing, not_poor=not_poor)
    can_work = any(m.labour in ABLE for m in members)
    cost_share = rng.uniform(*COST_SHARE)
    net_2016, net_2017 = (round(yuan * 100) * len(members) for yuan in (before, after))
    shares = _around(rng, SHARES[can_work])
    lift = net_2017 - net_2016 if group == "planned" else 0
    parts = [share * net_2016 for share in shares]
    later = [share * (net_2017 - max(lift, 0)) for share in shares]
    if lift > 0:
        lifted = _around(rng, LIFT_SHARES[can_work])
        later = [part + share * lift for part, share in zip(later, lifted, strict=True)]
    return {2016: _lines(parts, net_2016, cost_share), 2017: _lines(later, net_2017, cost_share)}


def _per_head_yuan(rng: Random, group: Group, standing: str, *, not_poor: bool) -> tuple[float, float]:
    """Net income per head in 2016 and 2017."""
    if not_poor or group == "exited":
        median, sigma = (NOT_POOR_MEDIAN, NOT_POOR_SIGMA) if not_poor else (EXITED_MEDIAN, EXITED_SIGMA)
        after = median * rng.lognormvariate(0, sigma)
        return after / GROWTH * rng.lognormvariate(0, 0.05), after
    if group == "rest":
        before = REST_MEDIAN * rng.lognormvariate(0, REST_SIGMA)
        return before, before * 1.04 * rng.lognormvariate(0, REST_DRIFT)
    before = min(PLANNED_MEDIAN * rng.lognormvariate(0, PLANNED_SIGMA), BELOW_LINE * LINE_FEN[2016] / 100)
    if rng.random() >= LIFTED[standing]:
        return before, rng.uniform(MISSED_LEAST, MISSED_MOST)
    after = 0.0
    while after < LIFTED_LEAST:
        after = LIFTED_MEDIAN * rng.lognormvariate(0, LIFTED_SIGMA)
    return before, after


def _around(rng: Random, shares: Sequence[float]) -> list[float]:
    """Shares that sum to one, scattered around the given ones."""
    drawn = [rng.gammavariate(SPREAD * len(shares) * share, 1) for share in shares]
    total = sum(drawn)
    return [value / total for value in drawn]


def _lines(parts: Sequence[float], net_fen: int, cost_share: float) -> IncomeLines:
    """Lines in fen that sum exactly to `net_fen`."""
    wage, business_net, assets, _ = (int(part) for part in parts)
    gross = round(business_net / (1 - cost_share))
    transfer = net_fen - wage - business_net - assets
    return IncomeLines(wage, gross, assets, transfer, gross - business_net)
