"""What is paid for a plot in which year, and what a cooperative must be to be given works: pure rules.

Farmland to forest pays the farmer 1,500 yuan a mu over five years (S53); afforestation cooperatives are given works
without tender because they are the poor's own (S51).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.values.money import half_up

PARTS = 1_000_000


@dataclass(frozen=True, slots=True)
class InstalmentPolicy:
    """Fen a mu, in years one to five."""

    forest_instalments_fen: tuple[int, ...]


# S53 (the plan of 2016 for 2017): 500, 150, 300, 150, 400 yuan a mu in years one to five.
def instalment_fen(area_mu_x100: int, year_no: int, fen_per_mu: Sequence[int]) -> int:
    """A year's instalment for the area that stands, rounded once."""
    return half_up(area_mu_x100 * fen_per_mu[year_no - 1], 100)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of a plot in one of its five years."""

    plot_mu_x100: int
    planted_on: date
    year_no: int
    area_mu_x100: int
    accepted_on: date


# A year is accepted when it has come, on the spot: never more than was planted (S53).
def acceptance_refusal(found: Standing, today: date) -> str | None:
    """Why what was found is not taken, or None."""
    if found.accepted_on > today:
        return "future_date"
    if found.accepted_on < found.planted_on:
        return "dates_reversed"
    if found.year_no > found.accepted_on.year - found.planted_on.year + 1:
        return "year_not_come"
    return "over_plot" if found.area_mu_x100 > found.plot_mu_x100 else None


@dataclass(frozen=True, slots=True)
class CoopPolicy:
    coop_fewest_members: int
    coop_poor_ppm: int
    coop_labour_ppm: int


# At least 20 members [known], of whom at least 60 % are poor (S51).
def coop_refusal(members: int, poor_members: int, policy: CoopPolicy) -> str | None:
    """Why a cooperative is not registered, or None; shares are compared exactly."""
    if poor_members > members:
        return "impossible_count"
    if members < policy.coop_fewest_members:
        return "too_few_members"
    return "too_few_poor_members" if poor_members * PARTS < members * policy.coop_poor_ppm else None


# At least 45 % of a contract is for labour [known].
def contract_refusal(contract_fen: int, labour_fen: int, policy: CoopPolicy) -> str | None:
    """Why a contract is not taken, or None."""
    if labour_fen > contract_fen:
        return "labour_over_contract"
    return "too_little_labour" if labour_fen * PARTS < contract_fen * policy.coop_labour_ppm else None
