"""The whole synthetic county in one value."""

from dataclasses import dataclass

from scenario.world.changes import Death
from scenario.world.cheats import Cheat
from scenario.world.earnings import Earnings
from scenario.world.geography import Township, Village, VillageTruth
from scenario.world.help import Help
from scenario.world.homes import Homes
from scenario.world.households import Household
from scenario.world.lists import Lists
from scenario.world.loans import LoanWish
from scenario.world.marriages import MarriedIn, MarriedOut
from scenario.world.movers import Parting, VillageMove
from scenario.world.newcomers import Applicant, Birth
from scenario.world.setbacks import Setback
from scenario.world.truth import HouseholdTruth, UnregisteredPoor


@dataclass(frozen=True, slots=True)
class World:
    """A county for one seed; tuples in the order of codes, numbers or dates.

    `by_no`, `truth`, `village_truth` and `cheats` are keyed by household number and by village code;
    `unregistered_households` counts all rural households outside the register, poor or not.
    """

    seed: int
    townships: tuple[Township, ...]
    villages: tuple[Village, ...]
    households: tuple[Household, ...]
    by_no: dict[str, Household]
    truth: dict[str, HouseholdTruth]
    village_truth: dict[str, VillageTruth]
    unregistered: tuple[UnregisteredPoor, ...]
    unregistered_households: int
    wishes: tuple[LoanWish, ...]
    earnings: Earnings
    homes: Homes
    deaths: tuple[Death, ...]
    setbacks: tuple[Setback, ...]
    births: tuple[Birth, ...]
    married_in: tuple[MarriedIn, ...]
    married_out: tuple[MarriedOut, ...]
    applicants: tuple[Applicant, ...]
    partings: tuple[Parting, ...]
    village_moves: tuple[VillageMove, ...]
    help: Help
    lists: Lists
    cheats: dict[str, Cheat]

    @property
    def diverted(self) -> frozenset[str]:
        """Numbers of households whose loan, if they get it, goes into something else than was said."""
        return frozenset(w.household_no for w in self.wishes if w.diverted and w.household_no)
